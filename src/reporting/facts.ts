/** A run's settings and versions as rows for a reader, and what a reader must know before any figure. */
import { basename } from 'node:path';
import type { DecisionRule } from '../evaluation/index.js';
import type { Normalization } from '../native/index.js';
import type { Fact, ProbeResult } from '../report/index.js';
import { trainOptionsSchema, type RunSummary } from '../training/index.js';

/** What every reader looks for, default or not. */
const always = ['model', 'epochs', 'batchSize', 'opt', 'lr', 'weightDecay', 'sched', 'seed'];

/** The settings that everybody asks for, and those that are not the defaults. */
export function settingFacts(settings: RunSummary['settings']): Fact[] {
  const defaults: Readonly<Record<string, unknown>> = trainOptionsSchema.parse({});
  return Object.entries(settings)
    .filter(
      ([name, value]) =>
        always.includes(name) || JSON.stringify(value) !== JSON.stringify(defaults[name]),
    )
    .map(([name, value]) => ({
      name,
      value: typeof value === 'string' ? value : JSON.stringify(value),
    }));
}

export function versionFacts(versions: Readonly<Record<string, string>>): Fact[] {
  return Object.entries(versions).map(([name, value]) => ({ name, value }));
}

/** What the weights were before the first step. */
export function describeInitialization({ weights, seed }: RunSummary['settings']): string {
  return weights === undefined ? `random, seed ${seed}` : `imported from ${basename(weights)}`;
}

/** `mean 0.485, deviation 0.229`, three of each in color. */
export function describeNormalization(normalization: Normalization | null): string {
  if (normalization === null) return 'of the architecture';
  const list = (values: readonly number[]): string =>
    values.map((value) => value.toFixed(4)).join(' ');
  return `mean ${list(normalization.mean)}, standard deviation ${list(normalization.std)}`;
}

/** Why the figures may be too good, or may not be the run's last word. */
export function warningsOf(
  run: RunSummary,
  rule: DecisionRule | null,
  probes: readonly ProbeResult[] | null,
): string[] {
  const { settings, images, skipped, state } = run;
  const shortcuts = (probes ?? []).filter(({ flagged }) => flagged).map(({ name }) => name);
  const warnings: readonly (readonly [holds: boolean, text: string])[] = [
    [state !== 'complete', 'The run is not complete: these are the figures so far.'],
    [
      images.validationFrom === 'test',
      'The epoch was chosen on the test split (--allow-test-selection): its figures there are too good.',
    ],
    [
      rule?.fittedOn === 'test',
      'Threshold and calibration were fitted on the test split (--allow-test-selection): decisions there look too good.',
    ],
    [
      settings.allowLeakage,
      'Training was told to go on if the splits leak (--allow-leakage): see what the audit found.',
    ],
    [
      shortcuts.length > 0,
      `The classes can be told apart without seeing the lungs (probes: ${shortcuts.join(', ')}): the model may have ` +
        'learned that instead of disease.',
    ],
    [skipped > 0, `${skipped} files could not be read and were left out (--keep-going).`],
    [
      images.validationFrom === 'none',
      'No validation images: the last epoch was kept, and nothing could be calibrated.',
    ],
  ];
  return warnings.flatMap(([holds, text]) => (holds ? [text] : []));
}
