/** All figures of all evaluations with their intervals, and the confusion matrices. */
import { classFigures } from '../../evaluation/index.js';
import type { EvaluatedSplit, ReportContent } from '../content.js';
import {
  classFigureTitles,
  figureNames,
  intervalName,
  printedFigures,
  withInterval,
} from './figures.js';
import { splitName } from './facts.js';
import { blocks, count, escapeMarkdown, plural, table } from './markdown.js';
import type { Section } from './section.js';

export const evaluationSections: readonly Section[] = [{ title: 'Evaluation', body: evaluation }];

function evaluation({ evaluations }: ReportContent): string {
  const [first] = evaluations;
  if (first === undefined) {
    return 'The run was not evaluated on labeled images.';
  }
  const { draws, seed, confidence } = first.intervals;
  return blocks(
    `In parentheses: the ${intervalName(confidence)}, by the method that stands beside it: wilson, the score interval of ` +
      'a rate; delong, for the area under a ROC curve; bootstrap, of whole groups ' +
      `(${plural(draws, 'draw')}, seed ${String(seed)}). The answer is the most probable class. The calibration error ` +
      'has 15 bins of equal width.',
    ...evaluations.map(splitTables),
  );
}

function splitTables(split: EvaluatedSplit): string {
  const { images, groups } = split.intervals;
  return blocks(
    `### ${escapeMarkdown(splitName(split))}`,
    `${plural(images, 'image')} in ${plural(groups, 'group')}; SHA-256 of the data ${escapeMarkdown(split.dataHash)}.`,
    overallTable(split),
    undefinedFigures(split),
    perClass(split),
    confusion(split),
  );
}

function overallTable({ intervals: { overall, confidence } }: EvaluatedSplit): string {
  const rows = printedFigures.flatMap((figure) => {
    const estimate = overall[figure];
    return estimate === null
      ? []
      : [[figureNames[figure].title, withInterval(estimate), estimate.method]];
  });
  return table(['Figure', `Value (${intervalName(confidence)})`, 'Method'], rows);
}

/** Which figures are left out, and which were 0/0. */
function undefinedFigures({ metrics, intervals }: EvaluatedSplit): string {
  const missing = printedFigures.filter((figure) => intervals.overall[figure] === null);
  const zeros = metrics.zeroDivisions.map(
    (zero) => `${zero.score} of ${escapeMarkdown(zero.class)}`,
  );
  return [
    ...(missing.length === 0
      ? []
      : [`Undefined here: ${missing.map((figure) => figureNames[figure].title).join(', ')}.`]),
    ...(metrics.aurocUndefined === null ? [] : [`${escapeMarkdown(metrics.aurocUndefined)}.`]),
    ...(zeros.length === 0 ? [] : [`0/0 counted as 0: ${zeros.join(', ')}.`]),
  ].join(' ');
}

function perClass({ metrics, intervals }: EvaluatedSplit): string {
  const names = metrics.perClass.map((scores) => escapeMarkdown(scores.class));
  const supports = metrics.perClass.map(({ support }) => count(support));
  return table(
    ['By class', ...names],
    [
      ['Images', ...supports],
      ...classFigures.map((figure) => [
        classFigureTitles[figure],
        ...intervals.perClass.map((estimates) => withInterval(estimates[figure])),
      ]),
    ],
  );
}

function confusion({ metrics }: EvaluatedSplit): string {
  const names = metrics.classes.map(escapeMarkdown);
  return table(
    ['True class ↓, answer →', ...names],
    metrics.confusionMatrix.map((row, index) => [names[index] ?? '', ...row.map(count)]),
  );
}
