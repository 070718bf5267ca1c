/** From calibrated probabilities to one class per image. */
import { largestInRows, rowsOf } from '../arrays.js';
import type { OperatingPoint } from './decision.js';

/**
 * Position of the class that each row answers: of two classes the positive one where its probability reaches the
 * operating point, else the other; without an operating point the most probable class.
 * @param probabilities calibrated, row-major [N, classes]
 */
export function answers(
  probabilities: ArrayLike<number>,
  classes: readonly string[],
  point: OperatingPoint | null,
): number[] {
  if (point === null) return largestInRows(probabilities, classes.length);
  const positive = classes.indexOf(point.positive);
  return rowsOf(probabilities, classes.length).map((row) =>
    (row[positive] ?? 0) >= point.threshold ? positive : 1 - positive,
  );
}
