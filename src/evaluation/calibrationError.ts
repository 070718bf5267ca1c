/** How far probabilities are from what comes true: Brier score, expected calibration error, log loss. */
import { rowsOf, sum } from './arrays.js';

const bins = 15;

/** Mean squared distance of a row from the true class's unit vector, [0, 2]. */
export function brierScore(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number {
  const rows = rowsOf(probabilities, classes);
  const errors = rows.map((row, index) =>
    sum(row.map((value, at) => (value - (at === labels[index] ? 1 : 0)) ** 2)),
  );
  return sum(errors) / rows.length;
}

/** Mean distance of confidence and accuracy over 15 equal bins of the largest probability, [0, 1]. */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number {
  const rows = rowsOf(probabilities, classes);
  const gaps = new Float64Array(bins);
  rows.forEach((row, index) => {
    const confidence = Math.max(...row);
    const bin = Math.max(0, Math.ceil(confidence * bins) - 1);
    const right = row.indexOf(confidence) === labels[index] ? 1 : 0;
    gaps[bin] = (gaps[bin] ?? 0) + confidence - right;
  });
  return sum(Array.from(gaps, Math.abs)) / rows.length;
}

/** Mean negative logarithm of the true class's probability, at least 0; zeros count as the smallest double. */
export function logLoss(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number {
  const rows = rowsOf(probabilities, classes);
  const losses = rows.map((row, index) => {
    return -Math.log(Math.max(row[labels[index] ?? -1] ?? 0, Number.MIN_VALUE));
  });
  return sum(losses) / rows.length;
}
