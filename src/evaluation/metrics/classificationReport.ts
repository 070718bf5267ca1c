/** Precision, recall and F1 per class and averaged, printed as scikit-learn prints them. */
import { sum } from '../arrays.js';
import type { ConfusionMatrix } from './confusion.js';
import { columnSums, diagonal, rowSums } from './confusion.js';
import { fixed, padLeft, widthOf } from '../text.js';

const scoreNames = ['precision', 'recall', 'f1'] as const;
type ScoreName = (typeof scoreNames)[number];

/** Scores in [0, 1]; `support` counts the images of the class. */
export type Scores = Record<ScoreName | 'support', number>;

export interface ClassScores extends Scores {
  class: string;
}

/** A score that was 0/0 and is counted as 0, as scikit-learn does with a warning. */
export interface ZeroDivision {
  class: string;
  score: ScoreName;
}

export interface ClassificationReport {
  accuracy: number;
  perClass: ClassScores[];
  /** Plain mean over the classes. */
  macro: Scores;
  /** Mean over the classes weighted by support. */
  weighted: Scores;
  zeroDivisions: ZeroDivision[];
}

/**
 * The report for a confusion matrix of at least one image. A class that never occurs, or is never predicted,
 * scores 0 where its score is 0/0, and is listed in `zeroDivisions`.
 */
export function classificationReport(
  matrix: ConfusionMatrix,
  classes: readonly string[],
): ClassificationReport {
  const supports = rowSums(matrix);
  const predicted = columnSums(matrix);
  const right = diagonal(matrix);
  const zeroDivisions: ZeroDivision[] = [];

  const perClass = classes.map((name, index): ClassScores => {
    const hits = right[index] ?? 0;
    const support = supports[index] ?? 0;
    const claims = predicted[index] ?? 0;
    const ratio = (score: ScoreName, numerator: number, denominator: number): number => {
      if (denominator === 0) {
        zeroDivisions.push({ class: name, score });
        return 0;
      }
      return numerator / denominator;
    };
    return {
      class: name,
      precision: ratio('precision', hits, claims),
      recall: ratio('recall', hits, support),
      f1: ratio('f1', 2 * hits, support + claims),
      support,
    };
  });

  return {
    accuracy: sum(right) / sum(supports),
    perClass,
    macro: average(
      perClass,
      classes.map(() => 1),
    ),
    weighted: average(perClass, supports),
    zeroDivisions,
  };
}

/** In NumPy's order of operations: a last bit may decide how a mean is rounded in print. */
function average(perClass: readonly ClassScores[], weights: readonly number[]): Scores {
  const mean = (score: ScoreName): number =>
    sum(perClass.map((scores, index) => scores[score] * (weights[index] ?? 0))) / sum(weights);
  return {
    precision: mean('precision'),
    recall: mean('recall'),
    f1: mean('f1'),
    support: sum(perClass.map((scores) => scores.support)),
  };
}

/** scikit-learn's key for the scores of one class or average. */
export type ScikitScores = Record<'precision' | 'recall' | 'f1-score' | 'support', number>;

/**
 * The report with scikit-learn's keys, as `classification_report(output_dict=True)` gives it. A class that
 * is named like a summary row ('accuracy', 'macro avg', 'weighted avg') is hidden by it, as there.
 */
export function reportObject(report: ClassificationReport): Record<string, ScikitScores | number> {
  const named = ({ precision, recall, f1, support }: Scores): ScikitScores => ({
    precision,
    recall,
    'f1-score': f1,
    support,
  });
  return Object.fromEntries<ScikitScores | number>([
    ...report.perClass.map((scores) => [scores.class, named(scores)] as const),
    ['accuracy', report.accuracy],
    ['macro avg', named(report.macro)],
    ['weighted avg', named(report.weighted)],
  ]);
}

/**
 * The report as scikit-learn prints it, to the byte.
 * @param digits decimals of the scores; default 2
 */
export function formatReport(report: ClassificationReport, digits = 2): string {
  const averages = [
    { class: 'macro avg', ...report.macro },
    { class: 'weighted avg', ...report.weighted },
  ];
  const names = [...report.perClass, ...averages].map((scores) => widthOf(scores.class));
  const width = Math.max(...names, digits);
  const line = (name: string, cells: readonly string[]): string =>
    `${padLeft(name, width)} ${cells.map((cell) => ` ${padLeft(cell, 9)}`).join('')}\n`;
  const scoreLine = (scores: ClassScores): string =>
    line(scores.class, [
      ...scoreNames.map((score) => fixed(scores[score], digits)),
      String(scores.support),
    ]);
  const accuracyCells = ['', '', fixed(report.accuracy, digits), String(report.macro.support)];
  return [
    line('', ['precision', 'recall', 'f1-score', 'support']),
    '\n',
    ...report.perClass.map(scoreLine),
    '\n',
    line('accuracy', accuracyCells),
    ...averages.map(scoreLine),
  ].join('');
}
