/** All metrics of a classifier on labeled images, as one plain object, and their text for the terminal. */
import { invalidArgument } from '../native/index.js';
import { largestInRows } from './arrays.js';
import { macroAuroc, rocCurves } from './auroc.js';
import type { ClassScores, ClassificationReport } from './classificationReport.js';
import { classificationReport, formatReport } from './classificationReport.js';
import { confusionMatrix, formatConfusion } from './confusion.js';

/** Rates of a two-class problem; null where the class they are rates of has no images. */
export interface BinaryMetrics {
  /** The class whose recall is the sensitivity. */
  positive: string;
  /** Share of the positive images that were found. */
  sensitivity: number | null;
  /** Share of the other images that were left alone. */
  specificity: number | null;
}

/** JSON-ready: null wherever a metric is undefined, never NaN. */
export interface ClassificationMetrics extends ClassificationReport {
  samples: number;
  /** In the order of the network's outputs; rows and columns of `confusionMatrix`. */
  classes: string[];
  perClass: (ClassScores & { auroc: number | null })[];
  /** Two classes: that of the positive class. More: the macro average, one class against the rest. */
  auroc: number | null;
  /** Why `auroc` is null; null where it is a number. */
  aurocUndefined: string | null;
  /** Null with more than two classes. */
  binary: BinaryMetrics | null;
  /** Counts [true class][predicted class]. */
  confusionMatrix: number[][];
}

export interface LabeledProbabilities {
  /** Row-major [N, classes]. */
  probabilities: ArrayLike<number>;
  /** True classes, [N], each in [0, classes). */
  labels: ArrayLike<number>;
  /** Class names in the order of the network's outputs; at least 2. */
  classes: readonly string[];
  /** The class that sensitivity speaks of, in a two-class problem; default the last one. */
  positive?: string;
}

/**
 * Scores predictions against the truth; an image is predicted as its most probable class.
 * @throws RoentgenError ERR_INVALID_ARGUMENT without images, for shapes that do not agree, for a label out of
 * range, and for a `positive` that is not one of two classes
 */
export function evaluateClassification({
  probabilities,
  labels,
  classes,
  positive,
}: LabeledProbabilities): ClassificationMetrics {
  if (classes.length < 2) {
    throw invalidArgument('classes', 'at least 2 names', classes.length);
  }
  if (labels.length === 0) {
    throw invalidArgument('labels', 'at least one labeled image', 'none');
  }
  if (probabilities.length !== labels.length * classes.length) {
    throw invalidArgument(
      'probabilities',
      `${labels.length} rows of ${classes.length}`,
      `${probabilities.length} numbers`,
    );
  }
  const positiveIndex = positiveClass(classes, positive);
  const predicted = largestInRows(probabilities, classes.length);
  const matrix = confusionMatrix(labels, predicted, classes.length);
  const report = classificationReport(matrix, classes);
  const areas = rocCurves(probabilities, labels, classes.length).map(
    (curve) => curve?.area ?? null,
  );
  const auroc = positiveIndex === null ? macroAuroc(areas) : (areas[positiveIndex] ?? null);
  const absent = classes.filter((_, index) => areas[index] === null);
  return {
    samples: labels.length,
    classes: [...classes],
    ...report,
    perClass: report.perClass.map((scores, index) => ({ ...scores, auroc: areas[index] ?? null })),
    auroc,
    aurocUndefined:
      auroc === null
        ? `AUROC needs images inside and outside of each class; not so for ${absent.join(', ')}`
        : null,
    binary: positiveIndex === null ? null : binaryMetrics(report.perClass, positiveIndex),
    confusionMatrix: matrix,
  };
}

/** Position of the positive class, null with more than two classes. */
function positiveClass(classes: readonly string[], positive: string | undefined): number | null {
  if (classes.length > 2) {
    if (positive !== undefined) {
      throw invalidArgument('positive', `nothing with ${classes.length} classes`, positive);
    }
    return null;
  }
  if (positive === undefined) {
    return classes.length - 1;
  }
  const index = classes.indexOf(positive);
  if (index === -1) {
    throw invalidArgument('positive', `one of ${classes.join(', ')}`, positive);
  }
  return index;
}

function binaryMetrics(perClass: readonly ClassScores[], positiveIndex: number): BinaryMetrics {
  const recall = (scores: ClassScores | undefined): number | null =>
    scores === undefined || scores.support === 0 ? null : scores.recall;
  return {
    positive: perClass[positiveIndex]?.class ?? '',
    sensitivity: recall(perClass[positiveIndex]),
    specificity: recall(perClass[1 - positiveIndex]),
  };
}

/** The metrics as text: report, confusion matrix, accuracy and AUROC, and what is undefined and why. */
export function formatMetrics(metrics: ClassificationMetrics): string {
  const right = Math.round(metrics.accuracy * metrics.samples);
  const lines = [`accuracy     ${rate(metrics.accuracy)} (${right} of ${metrics.samples})`];
  if (metrics.binary === null) {
    lines.push(`AUROC        ${rate(metrics.auroc)} (one class against the rest, macro average)`);
  } else {
    const { positive, sensitivity, specificity } = metrics.binary;
    lines.push(
      `AUROC        ${rate(metrics.auroc)}`,
      `sensitivity  ${rate(sensitivity)} (positive class ${positive})`,
      `specificity  ${rate(specificity)}`,
    );
  }
  if (metrics.aurocUndefined !== null) {
    lines.push(metrics.aurocUndefined);
  }
  const zeros = metrics.zeroDivisions.map((zero) => `${zero.score} of ${zero.class}`);
  if (zeros.length > 0) {
    lines.push(`0/0 counted as 0: ${zeros.join(', ')}`);
  }
  return [
    formatReport(metrics),
    formatConfusion(metrics.confusionMatrix, metrics.classes),
    `${lines.join('\n')}\n`,
  ].join('\n');
}

function rate(value: number | null): string {
  return value === null ? 'undefined' : value.toFixed(4);
}
