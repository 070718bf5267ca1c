/** How probabilities become answers: calibration, operating point, prior shift, prediction sets. */
import type { DecisionEvaluation } from '../../evaluation/index.js';
import type { EvaluatedSplit, ReportContent } from '../content.js';
import { rate, withInterval } from './figures.js';
import { splitName } from './facts.js';
import {
  blocks,
  count,
  escapeMarkdown,
  percent,
  plural,
  table,
  undefinedFigure,
} from './markdown.js';
import type { Section } from './section.js';

type Aspect = (decision: DecisionEvaluation, split: EvaluatedSplit) => string | null;

export const decisionSections: readonly Section[] = [
  {
    title: 'Calibration',
    body: (content) =>
      blocks(fit(content), ofEach(content, calibration, 'No calibrated figures were computed.')),
  },
  {
    title: 'Operating point',
    body: (content) => ofEach(content, operatingPoint, 'None was chosen; it takes two classes.'),
  },
  {
    title: 'Prior shift',
    body: (content) => ofEach(content, priorShift, 'It was not estimated.'),
  },
  {
    title: 'Prediction sets and unfamiliar images',
    body: (content) =>
      ofEach(content, abstention, 'None were fitted; sets take enough images of each class.'),
  },
];

function fit({ decisionRule }: ReportContent): string {
  if (decisionRule === null) {
    return 'Nothing was fitted after training: probabilities are those of the network, and the answer is the most probable class.';
  }
  const { fittedOn, images, groups, dataHash, temperature } = decisionRule;
  return (
    `Fitted on ${escapeMarkdown(fittedOn)} (${plural(images, 'image')} in ${plural(groups, 'group')}, data ` +
    `${escapeMarkdown(dataHash)}): logits are divided by a temperature of ${temperature.toFixed(3)}.`
  );
}

/** One block for each evaluation that knows of it; `absence` where none does. */
function ofEach(
  { evaluations, decisionRule }: ReportContent,
  aspect: Aspect,
  absence: string,
): string {
  const known = evaluations.flatMap((split) => {
    const text = split.decision === null ? null : aspect(split.decision, split);
    const fitted = split.name === decisionRule?.fittedOn ? ', where it was fitted' : '';
    return text === null
      ? []
      : [blocks(`### On ${escapeMarkdown(splitName(split))}${fitted}`, text)];
  });
  return known.length === 0 ? absence : blocks(...known);
}

function calibration({ raw, calibrated }: DecisionEvaluation): string {
  return table(
    ['', 'Before', 'After the temperature'],
    [
      ['Expected calibration error (15 bins)', rate(raw.ece), rate(calibrated.ece)],
      ['Brier score', rate(raw.brier), rate(calibrated.brier)],
      ['Log loss', rate(raw.logLoss), rate(calibrated.logLoss)],
    ],
  );
}

function operatingPoint(
  { operatingPoint: point }: DecisionEvaluation,
  split: EvaluatedSplit,
): string | null {
  if (point === null) return null;
  const { overall } = split.intervals;
  return blocks(
    `Rule: ${escapeMarkdown(point.rule)}. At or above a calibrated probability of ${rate(point.threshold)} the answer ` +
      `is ${escapeMarkdown(point.positive)}.`,
    table(
      ['', 'Most probable class', 'Operating point'],
      [
        ['Accuracy', withInterval(overall.accuracy), withInterval(point.accuracy)],
        ['Sensitivity', withInterval(overall.sensitivity), withInterval(point.sensitivity)],
        ['Specificity', withInterval(overall.specificity), withInterval(point.specificity)],
      ],
    ),
    table(
      ['True class ↓, answer →', ...split.metrics.classes.map(escapeMarkdown)],
      point.confusionMatrix.map((row, index) => [
        escapeMarkdown(split.metrics.classes[index] ?? ''),
        ...row.map(count),
      ]),
    ),
  );
}

function priorShift(
  { priorShift: shift }: DecisionEvaluation,
  { metrics }: EvaluatedSplit,
): string {
  const share = (value: number | undefined): string =>
    value === undefined ? undefinedFigure : percent(value);
  return blocks(
    'Shares of the classes in these images, estimated without their labels (Saerens, Latinne and Decaestecker, 2002):',
    table(
      ['Class', 'Where fitted', 'Estimated here'],
      metrics.classes.map((name, index) => [
        escapeMarkdown(name),
        share(shift.fittedPrior[index]),
        share(shift.estimatedPrior[index]),
      ]),
    ),
    table(
      ['', 'As it is', 'Adjusted to the estimate'],
      [
        ['Accuracy', rate(shift.raw.accuracy), rate(shift.adjusted.accuracy)],
        [
          'Balanced accuracy',
          rate(shift.raw.balancedAccuracy),
          rate(shift.adjusted.balancedAccuracy),
        ],
      ],
    ),
  );
}

function abstention(decision: DecisionEvaluation, split: EvaluatedSplit): string | null {
  const { conformal, unfamiliar } = decision;
  const parts = [
    ...(conformal === null ? [] : [predictionSets(conformal, split)]),
    ...(unfamiliar === null
      ? []
      : [`Flagged as unlike the training images: ${plural(unfamiliar, 'image')}.`]),
  ];
  return parts.length === 0 ? null : blocks(...parts);
}

function predictionSets(
  conformal: NonNullable<DecisionEvaluation['conformal']>,
  { metrics }: EvaluatedSplit,
): string {
  return blocks(
    `Sets are made to hold the true class of ${percent(1 - conformal.alpha)} of the images of each class, on images ` +
      'like those they were fitted on. Here they hold it of:',
    table(
      ['Class', 'Coverage'],
      metrics.classes.map((name, index) => [
        escapeMarkdown(name),
        withInterval(conformal.coverage[index] ?? null),
      ]),
    ),
    `Classes in a set: ${conformal.meanSetSize.toFixed(2)} on average. Answered with one class: ` +
      `${plural(conformal.answered, 'image')}, right in ${withInterval(conformal.accuracyOfAnswered)}.`,
  );
}
