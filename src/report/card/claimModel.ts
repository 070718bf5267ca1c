/** What a run knows for the items of CLAIM on model and training (1, 22 to 27), in plain words. */
import type { ReportContent } from '../content.js';
import { count, plural } from './markdown.js';

export function kind({ architecture }: ReportContent): string {
  return `deep learning, a convolutional network (${architecture}).`;
}

export function architecture({ architecture, parameters, input, classes }: ReportContent): string {
  return (
    `${architecture} with ${plural(parameters, 'parameter')}. Input ${input}; one output for each of ` +
    `${classes.join(', ')}. The model file holds all layers and their connections as JSON; ` +
    'roentgen models NAME prints them.'
  );
}

export function software({ versions }: ReportContent): string | null {
  return versions.length === 0
    ? null
    : `${versions.map(({ name, value }) => `${name} ${value}`).join(', ')}.`;
}

export function initialization({ initialization }: ReportContent): string | null {
  return initialization === undefined ? null : `${initialization}.`;
}

export function training({ settings, history, seconds }: ReportContent): string | null {
  if (settings.length === 0 || history.length === 0) return null;
  const list = settings.map(({ name, value }) => `${name}: ${value}`).join('; ');
  return `One model, ${plural(history.length, 'epoch')} in ${count(Math.round(seconds))} s. ${list}.`;
}

export function selection({ data, evalMetric, bestEpoch }: ReportContent): string {
  return data.validation === 0
    ? 'None: without validation images the last epoch is kept.'
    : `Epoch ${count(bestEpoch)}, the best by ${evalMetric} on ` +
        `${plural(data.validation, 'validation image')}.`;
}

export function ensemble(): string {
  return 'None: the run trains one model, and all figures are of it alone.';
}
