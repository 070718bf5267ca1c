/** What a run knows for the items of CLAIM on evaluation and results (28 to 37), in plain words. */
import type { OverallFigure } from '../../evaluation/index.js';
import type { EvaluatedSplit, ReportContent } from '../content.js';
import {
  figureNames,
  headlineFigures,
  intervalName,
  printedFigures,
  rate,
  withInterval,
} from './figures.js';
import { headlineEvaluation, otherData, splitName, testEvaluation } from './facts.js';
import { count, percent, plural } from './markdown.js';

export function metrics(content: ReportContent): string | null {
  const split = headlineEvaluation(content);
  if (split === null) return null;
  const known = printedFigures.filter((figure) => split.intervals.overall[figure] !== null);
  const positive = split.metrics.binary?.positive;
  return (
    known.map((figure) => figureNames[figure].title).join(', ') +
    `${positive === undefined ? '' : ` (positive class ${positive})`}; precision, recall and others by class. ` +
    'Which of them matter to the question is for a person to say.'
  );
}

export function uncertainty(content: ReportContent): string | null {
  const split = headlineEvaluation(content);
  if (split === null) return null;
  const { confidence, draws, seed, groups } = split.intervals;
  return (
    `${intervalName(confidence)}: Wilson's for rates, DeLong's for areas under a ROC curve, a bootstrap of ` +
    `${plural(groups, 'group')} (${plural(draws, 'draw')}, seed ${String(seed)}) for the others.`
  );
}

export function robustness({ probes }: ReportContent): string | null {
  if (probes === null || probes.length === 0) return null;
  const list = probes.map(({ title, balancedAccuracy, explainedShare, flagged }) => {
    const share = explainedShare === null ? '' : `, ${percent(explainedShare)} of the model's`;
    return `${title}: balanced accuracy ${rate(balancedAccuracy)}${share}${flagged ? ', flagged' : ''}`;
  });
  return `Classifiers that see only a part of what the model sees. ${list.join('; ')}.`;
}

export function external(content: ReportContent): string | null {
  const others = otherData(content);
  return others.length === 0
    ? null
    : `${others.map(summary).join(' ')} That these images come from other patients and sites is for a person to confirm.`;
}

export function performance(content: ReportContent): string | null {
  return testEvaluation(content) === null ? null : allPartitions(content);
}

/** What there is without test images. */
export function performanceSoFar(content: ReportContent): string | null {
  return content.history.length === 0 ? null : allPartitions(content);
}

function allPartitions({ evaluations, history, bestEpoch }: ReportContent): string {
  const kept = history.find(({ epoch }) => epoch === bestEpoch);
  const accuracy = kept?.trainAccuracy ?? null;
  const training =
    accuracy === null
      ? []
      : [`Training, augmented, in epoch ${count(bestEpoch)}: accuracy ${rate(accuracy)}.`];
  return [...evaluations.map(summary), ...training].join(' ');
}

export function diagnosticAccuracy(content: ReportContent): string | null {
  const test = testEvaluation(content);
  return test === null ? null : summary(test);
}

/** `Test of chest_xray (624 images): AUROC 0.960 (0.945–0.975) …` */
function summary(split: EvaluatedSplit): string {
  const { overall, images, groups, confidence } = split.intervals;
  const figure = (name: OverallFigure): string =>
    `${figureNames[name].title} ${withInterval(overall[name])}`;
  const known = headlineFigures.filter((name) => overall[name] !== null);
  return (
    `${splitName(split)}, ${plural(images, 'image')} in ${plural(groups, 'group')}, with ${intervalName(confidence)}: ` +
    `${known.map(figure).join(', ')}.`
  );
}

/** Only where the report shows the images themselves. */
export function failures(content: ReportContent): string | null {
  const test = testEvaluation(content);
  if (test === null || test.gallery.length === 0) return null;
  const { classes, confusionMatrix, samples } = test.metrics;
  const errors = confusionMatrix.flatMap((row, truth) =>
    row.flatMap((images, answer) =>
      truth === answer || images === 0
        ? []
        : [
            {
              images,
              text: `${classes[truth] ?? ''} answered as ${classes[answer] ?? ''} ${count(images)} times`,
            },
          ],
    ),
  );
  const wrong = errors.reduce((sum, { images }) => sum + images, 0);
  return [
    `${count(wrong)} of ${plural(samples, 'image')} are answered wrongly`,
    ...(errors.length === 0 ? [] : [`: ${errors.map(({ text }) => text).join(', ')}`]),
    '. The gallery of report.html shows the most confident errors; what they have in common is for a person to see.',
  ].join('');
}
