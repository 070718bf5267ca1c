/** How good probabilities are, whatever class they lead to: Brier score and logarithmic loss. */
import { rowsOf, sum } from '../arrays.js';

/**
 * Brier's score in his own definition for any number of classes (Mon. Weather Rev. 78, 1, 1950): Σₖ (pₖ − yₖ)²,
 * averaged over the images; 0 is best, 2 worst. With two classes it is twice what scikit-learn's
 * `brier_score_loss` gives for them by default.
 * @param probabilities row-major [N, classes], N ≥ 1
 * @param labels true classes, [N], each in [0, classes)
 */
export function brierScore(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number {
  return sum(brierTerms(probabilities, labels, classes)) / labels.length;
}

/** Each image's share in the score, [N]. */
export function brierTerms(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number[] {
  return rowsOf(probabilities, classes).map((row, image) =>
    sum(row.map((p, index) => (p - (labels[image] === index ? 1 : 0)) ** 2)),
  );
}

/**
 * Mean of −ln p over the images, p being the true class's probability; below `Number.EPSILON` it counts as that,
 * as in scikit-learn, so that one image that was called impossible does not make the mean infinite.
 * @param probabilities row-major [N, classes], N ≥ 1
 * @param labels true classes, [N], each in [0, classes)
 */
export function logLoss(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number {
  const terms = rowsOf(probabilities, classes).map((row, image) => {
    const p = row[labels[image] ?? -1] ?? 0;
    return -Math.log(Math.min(Math.max(p, Number.EPSILON), 1 - Number.EPSILON));
  });
  return sum(terms) / labels.length;
}
