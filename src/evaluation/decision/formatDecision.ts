/** What a decision rule made of labeled images, as text for the terminal: at most 80 columns with short class names. */
import type { DecisionEvaluation } from './decision.js';
import type { Estimate } from '../intervals/estimate.js';

/** Width of the names in the first column. */
const nameWidth = 24;

/** What a decision rule made of `images` images, as text; `classes` are in the order of the figures. */
export function formatDecision(
  evaluation: DecisionEvaluation,
  { classes, images }: { classes: readonly string[]; images: number },
): string {
  const { fittedOn, unfamiliar } = evaluation;
  const lines = [
    ...(fittedOn === undefined ? ['Decision rule'] : [`Decision rule, fitted on ${fittedOn}`]),
    ...(fittedOn === 'test' ? ['FITTED ON TEST IMAGES: figures on them are not honest'] : []),
    ...calibrationLines(evaluation),
    ...pointLines(evaluation),
    ...priorLines(evaluation, classes),
    ...conformalLines(evaluation, { classes, images }),
    ...(unfamiliar === null ? [] : [named('unfamiliar images', share(unfamiliar, images))]),
  ];
  return `${lines.join('\n')}\n`;
}

function calibrationLines({ temperature, raw, calibrated }: DecisionEvaluation): string[] {
  const row = (name: string, { brier, ece, logLoss }: DecisionEvaluation['raw']): string =>
    named(name, [brier, ece, logLoss].map((figure) => cell(figure.toFixed(4))).join(''));
  return [
    named(`temperature ${temperature.toFixed(3)}`, ['Brier', 'ECE', 'log loss'].map(cell).join('')),
    row('  raw', raw),
    row('  calibrated', calibrated),
  ];
}

function pointLines({ operatingPoint }: DecisionEvaluation): string[] {
  if (operatingPoint === null) return [];
  const { rule, positive, threshold, accuracy, sensitivity, specificity } = operatingPoint;
  return [
    named('operating point', `${positive} from ${threshold.toFixed(4)} on (${rule})`),
    named('  accuracy', estimate(accuracy)),
    named('  sensitivity', estimate(sensitivity)),
    named('  specificity', estimate(specificity)),
  ];
}

function priorLines({ priorShift }: DecisionEvaluation, classes: readonly string[]): string[] {
  const { fittedPrior, targetPrior, estimatedPrior, raw, adjusted } = priorShift;
  const shares = (prior: readonly number[]): string =>
    classes.map((name, at) => `${name} ${(prior[at] ?? 0).toFixed(3)}`).join(', ');
  const figures = ({ accuracy, balancedAccuracy }: typeof raw): string =>
    `accuracy ${accuracy.toFixed(4)}, balanced ${balancedAccuracy?.toFixed(4) ?? 'undefined'}`;
  return [
    named('class shares, fitted', shares(fittedPrior)),
    named('  most probable class', figures(raw)),
    ...(targetPrior ? [named('class shares, used', shares(targetPrior))] : []),
    named('class shares, estimated', shares(estimatedPrior)),
    named('  adjusted to them', figures(adjusted)),
  ];
}

function conformalLines(
  { conformal }: DecisionEvaluation,
  { classes, images }: { classes: readonly string[]; images: number },
): string[] {
  if (conformal === null) return [];
  const { alpha, coverage, meanSetSize, answered, accuracyOfAnswered } = conformal;
  const level = `${Number(((1 - alpha) * 100).toFixed(2))}%`;
  const short = classes.filter((_, at) => (coverage[at]?.high ?? 1) < 1 - alpha);
  return [
    named('prediction sets', `to hold the truth for ${level} of each class`),
    ...classes.map((name, at) => named(`  ${name}`, estimate(coverage[at] ?? null))),
    ...(short.length > 0
      ? [named('  short of it', `${short.join(', ')}: these images are unlike those fitted on`)]
      : []),
    named('  mean size', meanSetSize.toFixed(3)),
    named('  of one class', share(answered, images)),
    named('  accuracy of these', estimate(accuracyOfAnswered)),
  ];
}

function named(name: string, text: string): string {
  return `${name.padEnd(nameWidth)}  ${text}`;
}

function cell(text: string): string {
  return text.padStart(10);
}

function estimate(value: Estimate | null): string {
  if (value === null) return 'undefined';
  return `${value.value.toFixed(4)}  [${value.low.toFixed(4)}, ${value.high.toFixed(4)}]`;
}

function share(count: number, total: number): string {
  return `${count} of ${total} (${((100 * count) / total).toFixed(1)} %)`;
}
