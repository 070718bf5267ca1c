/** Prediction sets that hold the true class with a guaranteed probability, class by class. */
import { rowsOf } from '../arrays.js';

/** Products such as 10 · 0.3 miss their whole number by some units in the last place. */
const slack = 1e-9;

/** The fewest images of each class that thresholds for this `alpha` can be had from. */
export function imagesNeeded(alpha: number): number {
  return Math.ceil(1 / alpha - slack) - 1;
}

/**
 * How many of n exchangeable values a bound must cover so that the next one is covered with probability 1 − alpha:
 * ⌈(n + 1)(1 − alpha)⌉. More than n where n is less than `imagesNeeded`.
 */
export function conformalRank(count: number, alpha: number): number {
  return count + 1 - Math.floor((count + 1) * alpha + slack);
}

/**
 * One threshold per class: a prediction set holds the classes whose probability reaches theirs. Split-conformal and
 * class-conditional ("Mondrian": Vovk, "Conditional validity of inductive conformal predictors", 2012), with the score
 * 1 − p: of new images of a class, drawn as these were, the sets hold the true class with probability of at least
 * 1 − alpha, and with continuous scores less than 1/(n + 1) above it. Given one set of images, the coverage of new
 * ones varies as Beta(k, n + 1 − k), k being `conformalRank`. Null where a class has less than `imagesNeeded` images.
 * @param probabilities row-major [N, classes]
 * @param labels true classes, [N]
 * @param alpha in (0, 1)
 */
export function conformalThresholds(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  { classes, alpha }: { classes: number; alpha: number },
): number[] | null {
  const rows = rowsOf(probabilities, classes);
  const thresholds = Array.from({ length: classes }, (_, label) => {
    const own = rows.flatMap((row, index) => (labels[index] === label ? [row[label] ?? 0] : []));
    own.sort((a, b) => b - a);
    return own[conformalRank(own.length, alpha) - 1];
  });
  const known = thresholds.filter((threshold) => threshold !== undefined);
  return known.length === classes ? known : null;
}

/** Positions of the classes in the prediction set of one row of probabilities; it may be empty. */
export function predictionSet(row: readonly number[], thresholds: readonly number[]): number[] {
  return [...row.keys()].filter((at) => (row[at] ?? 0) >= (thresholds[at] ?? Infinity));
}
