/** Temperature scaling: one number by which logits are divided, so that probabilities mean what they say. */
import { invalidArgument } from '../../native/index.js';
import { rowsOf, sum } from '../arrays.js';

/** A model that needs more than this is not miscalibrated but wrong; and beyond it nothing can be told from n images. */
export const temperatureRange = [0.05, 20] as const;

/** Newton's steps, each halving the bracket at worst: more than enough for a double. */
const mostSteps = 100;

/**
 * The logarithms of probabilities, which are logits: softmax gives the probabilities back, whichever output made them.
 * A probability that underflowed to 0 counts as the smallest positive double, so that every logarithm is finite.
 */
export function logProbabilities(probabilities: ArrayLike<number>): Float64Array {
  return Float64Array.from(probabilities, (value) => Math.log(Math.max(value, Number.MIN_VALUE)));
}

/**
 * The temperature that minimizes the log loss (Guo et al., "On calibration of modern neural networks", ICML 2017),
 * in `temperatureRange`. The loss is convex in 1/T, so that the minimum is the only one. Where every image is right
 * there is none, since a lower temperature is always better: then 1, which changes nothing.
 * @param logits or logarithms of probabilities, row-major [N, classes]
 * @param labels true classes, [N]
 * @throws RoentgenError ERR_INVALID_ARGUMENT without images, or for shapes that do not agree
 */
export function fitTemperature(
  logits: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number {
  if (labels.length === 0 || logits.length !== labels.length * classes) {
    throw invalidArgument(
      'logits',
      `rows of ${classes} for at least one label`,
      `${logits.length} numbers for ${labels.length} labels`,
    );
  }
  const rows = rowsOf(logits, classes).map((row, index) => {
    const truth = row[labels[index] ?? -1] ?? NaN;
    return row.map((logit) => logit - truth);
  });
  if (rows.every((row) => Math.max(...row) <= 0)) return 1;
  const [lowest, highest] = temperatureRange;
  const slope = (inverse: number): Derivatives => slopeAt(rows, inverse);
  if (slope(1 / highest).slope >= 0) return highest;
  if (slope(1 / lowest).slope <= 0) return lowest;
  return 1 / findRoot(slope, 1 / highest, 1 / lowest);
}

/**
 * Probabilities after the temperature, row-major [N, classes]: each to the power of 1/T, and divided by their sum.
 * @param temperature above 0
 */
export function withTemperature(
  probabilities: ArrayLike<number>,
  temperature: number,
  classes: number,
): Float64Array {
  if (temperature === 1) return Float64Array.from(probabilities);
  const logits = logProbabilities(probabilities);
  const rows = rowsOf(logits, classes).map((row) => shares(row, 1 / temperature));
  return Float64Array.from(rows.flat());
}

/** The softmax of `inverse` times the row; what is subtracted keeps the exponentials finite. */
function shares(row: readonly number[], inverse: number): number[] {
  const largest = Math.max(...row);
  const exponentials = row.map((logit) => Math.exp(inverse * (logit - largest)));
  const total = sum(exponentials);
  return exponentials.map((value) => value / total);
}

interface Derivatives {
  slope: number;
  curvature: number;
}

/** First and second derivative of the log loss by the inverse temperature; in each row the true class has logit 0. */
function slopeAt(rows: readonly (readonly number[])[], inverse: number): Derivatives {
  let [slope, curvature] = [0, 0];
  for (const row of rows) {
    const weights = shares(row, inverse);
    const mean = sum(row.map((logit, index) => logit * (weights[index] ?? 0)));
    slope += mean;
    curvature += sum(row.map((logit, index) => (logit - mean) ** 2 * (weights[index] ?? 0)));
  }
  return { slope, curvature };
}

/** Where an increasing function crosses 0 between `low` and `high`: Newton's steps within a bracket. */
function findRoot(derivatives: (at: number) => Derivatives, low: number, high: number): number {
  let at = 1;
  for (let step = 0; step < mostSteps; step += 1) {
    const { slope, curvature } = derivatives(at);
    if (slope === 0) return at;
    if (slope < 0) low = at;
    else high = at;
    const newton = at - slope / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - at) <= 1e-12 * at) return next;
    at = next;
  }
  return at;
}
