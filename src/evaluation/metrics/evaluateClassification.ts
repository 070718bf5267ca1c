/** All metrics of a classifier on labeled images, as one plain object. */
import { invalidArgument } from '../../native/index.js';
import { largestInRows, macroMean } from '../arrays.js';
import { rankingArea } from './auroc.js';
import { rankingAveragePrecision } from './averagePrecision.js';
import { calibrationError } from './calibrationError.js';
import type { ClassScores, ClassificationReport } from './classificationReport.js';
import { classificationReport } from './classificationReport.js';
import {
  balancedAccuracy,
  binaryCounts,
  classRates,
  correlation,
  type ClassRates,
} from './classRates.js';
import { confusionMatrix } from './confusion.js';
import { brierScore, logLoss } from './probabilityScores.js';
import { oneAgainstRest, rankScores } from './scoreRanking.js';

/** Rates of a two-class problem; null where the class they are rates of has no images. */
export interface BinaryMetrics {
  /** The class whose recall is the sensitivity. */
  positive: string;
  /** Share of the positive images that were found. */
  sensitivity: number | null;
  /** Share of the other images that were left alone. */
  specificity: number | null;
}

/** One class against the rest. */
export interface ClassMetrics extends ClassScores, ClassRates {
  /** Null where the class, or every other, has no images. */
  auroc: number | null;
  /** Null where the class has no images. */
  averagePrecision: number | null;
}

/** JSON-ready: null wherever a metric is undefined, never NaN. */
export interface ClassificationMetrics extends ClassificationReport {
  samples: number;
  /** In the order of the network's outputs; rows and columns of `confusionMatrix`. */
  classes: string[];
  perClass: ClassMetrics[];
  /** Mean recall over the classes; null where one has no images. */
  balancedAccuracy: number | null;
  /** Matthews' correlation coefficient over all classes, −1 to 1; null where truth or answers are one class. */
  mcc: number | null;
  /** Two classes: that of the positive class. More: the macro average, one class against the rest. */
  auroc: number | null;
  /** Why `auroc` is null; null where it is a number. */
  aurocUndefined: string | null;
  /** Two classes: that of the positive class. More: the macro average; null where a class has no images. */
  averagePrecision: number | null;
  /** Σₖ (pₖ − yₖ)², averaged over the images, 0 to 2: with two classes twice scikit-learn's. */
  brier: number;
  /** Expected calibration error, 0 to 1: 15 bins of equal width on the largest probability. */
  ece: number;
  /** Mean of −ln of the true class's probability. */
  logLoss: number;
  /** Null with more than two classes. */
  binary: BinaryMetrics | null;
  /** Counts [true class][predicted class]. */
  confusionMatrix: number[][];
}

/** What a classifier says of images whose classes are known. */
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
  const perClass = rankedMetrics(probabilities, labels, report.perClass).map(
    (scores, index): ClassMetrics => ({ ...scores, ...classRates(binaryCounts(matrix, index)) }),
  );
  const overall = (figure: 'auroc' | 'averagePrecision'): number | null =>
    positiveIndex === null
      ? macroMean(perClass.map((scores) => scores[figure]))
      : (perClass[positiveIndex]?.[figure] ?? null);
  const auroc = overall('auroc');
  const absent = perClass.filter((scores) => scores.auroc === null).map((scores) => scores.class);
  return {
    samples: labels.length,
    classes: [...classes],
    ...report,
    perClass,
    balancedAccuracy: balancedAccuracy(matrix),
    mcc: correlation(matrix),
    auroc,
    aurocUndefined:
      auroc === null
        ? `AUROC needs images inside and outside of each class; not so for ${absent.join(', ')}`
        : null,
    averagePrecision: overall('averagePrecision'),
    brier: brierScore(probabilities, labels, classes.length),
    ece: calibrationError(probabilities, labels, classes.length),
    logLoss: logLoss(probabilities, labels, classes.length),
    binary: positiveIndex === null ? null : binaryMetrics(perClass, positiveIndex),
    confusionMatrix: matrix,
  };
}

/** Adds what follows from the order of the images by each class's probability. */
function rankedMetrics(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  perClass: readonly ClassScores[],
): (ClassScores & Pick<ClassMetrics, 'auroc' | 'averagePrecision'>)[] {
  const problems = oneAgainstRest(probabilities, labels, perClass.length);
  return perClass.map((classScores, index) => {
    const { scores, positives } = problems[index] ?? { scores: [], positives: [] };
    const ranking = rankScores(scores, positives);
    return {
      ...classScores,
      auroc: rankingArea(ranking),
      averagePrecision: rankingAveragePrecision(ranking),
    };
  });
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

function binaryMetrics(perClass: readonly ClassMetrics[], positiveIndex: number): BinaryMetrics {
  const scores = perClass[positiveIndex];
  return {
    positive: scores?.class ?? '',
    sensitivity: scores === undefined || scores.support === 0 ? null : scores.recall,
    specificity: scores?.specificity ?? null,
  };
}
