/** What a confusion matrix says beyond precision and recall: specificity, NPV, balanced accuracy, MCC. */
import { macroMean, sum } from '../arrays.js';
import { columnSums, diagonal, rowSums, type ConfusionMatrix } from './confusion.js';

/** One class against the rest; null where a figure is 0/0. */
export interface ClassRates {
  /** Share of the other images that were not called this class. */
  specificity: number | null;
  /** Negative predictive value: share of the images not called this class that are not of it. */
  npv: number | null;
  /** Mean of recall and specificity. */
  balancedAccuracy: number | null;
  /** Matthews' correlation coefficient, −1 to 1. */
  mcc: number | null;
}

/** How images of one class, and of all others, were called. */
export interface BinaryCounts {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
}

/** One class against the rest. */
export function binaryCounts(matrix: ConfusionMatrix, index: number): BinaryCounts {
  const hits = diagonal(matrix)[index] ?? 0;
  const support = rowSums(matrix)[index] ?? 0;
  const claims = columnSums(matrix)[index] ?? 0;
  return {
    truePositives: hits,
    falsePositives: claims - hits,
    falseNegatives: support - hits,
    trueNegatives: sum(rowSums(matrix)) - support - claims + hits,
  };
}

export function classRates(counts: BinaryCounts): ClassRates {
  const { truePositives, falsePositives, falseNegatives, trueNegatives } = counts;
  const recall = ratio(truePositives, truePositives + falseNegatives);
  const specificity = ratio(trueNegatives, trueNegatives + falsePositives);
  return {
    specificity,
    npv: ratio(trueNegatives, trueNegatives + falseNegatives),
    balancedAccuracy: macroMean([recall, specificity]),
    mcc: correlation([
      [trueNegatives, falsePositives],
      [falseNegatives, truePositives],
    ]),
  };
}

/** Mean recall over the classes; null where a class has no images. */
export function balancedAccuracy(matrix: ConfusionMatrix): number | null {
  const supports = rowSums(matrix);
  return macroMean(diagonal(matrix).map((hits, index) => ratio(hits, supports[index] ?? 0)));
}

/**
 * Matthews' correlation coefficient for any number of classes (Gorodkin, Comput. Biol. Chem. 28, 367, 2004); null
 * where all images, or all predictions, are of one class, which scikit-learn counts as 0.
 */
export function correlation(matrix: ConfusionMatrix): number | null {
  const supports = rowSums(matrix);
  const claims = columnSums(matrix);
  const total = sum(supports);
  const products = (a: readonly number[], b: readonly number[]): number =>
    sum(a.map((value, index) => value * (b[index] ?? 0)));
  const covariance = sum(diagonal(matrix)) * total - products(supports, claims);
  const truthVariance = total ** 2 - products(supports, supports);
  const claimVariance = total ** 2 - products(claims, claims);
  return ratio(covariance, Math.sqrt(truthVariance * claimVariance));
}

function ratio(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator;
}
