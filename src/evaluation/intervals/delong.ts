/** DeLong's variance of areas under ROC curves: an interval for one, a test for two of the same images. */
import { sum } from '../arrays.js';
import type { Estimate } from './estimate.js';
import { normalTail, z95 } from './normal.js';
import { wilsonInterval } from './wilson.js';

/** An area and each image's part in it (DeLong, DeLong and Clarke-Pearson, Biometrics 44, 837, 1988). */
interface Placements {
  area: number;
  /** For each positive, the share of negatives that score less, ties counted one half. */
  positives: number[];
  /** For each negative, the share of positives that score more. */
  negatives: number[];
}

/** By mid-ranks in O(N log N) (Sun and Xu, IEEE Signal Process. Lett. 21, 1389, 2014); null with one class only. */
function placements(scores: readonly number[], truth: readonly boolean[]): Placements | null {
  const positives = scores.filter((_, index) => truth[index] === true);
  const negatives = scores.filter((_, index) => truth[index] !== true);
  if (positives.length === 0 || negatives.length === 0) return null;
  const overall = midRanks([...positives, ...negatives]);
  const [amongPositives, amongNegatives] = [midRanks(positives), midRanks(negatives)];
  const wins = amongPositives.map((rank, index) => (overall[index] ?? 0) - rank);
  const losses = amongNegatives.map(
    (rank, index) => (overall[positives.length + index] ?? 0) - rank,
  );
  return {
    // Halves until the one division: the same bits as the area of `rocCurve`.
    area: sum(wins) / (positives.length * negatives.length),
    positives: wins.map((count) => count / negatives.length),
    negatives: losses.map((count) => 1 - count / positives.length),
  };
}

/** Ranks from 1; tied values share the mean of theirs. */
export function midRanks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end += 1;
    for (const index of order.slice(start, end)) ranks[index] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** NaN for fewer than two values. */
function covariance(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [sum(a) / a.length, sum(b) / b.length];
  return sum(a.map((value, index) => (value - meanA) * ((b[index] ?? 0) - meanB))) / (a.length - 1);
}

function areaCovariance(a: Placements, b: Placements): number {
  return (
    covariance(a.positives, b.positives) / a.positives.length +
    covariance(a.negatives, b.negatives) / a.negatives.length
  );
}

/**
 * The area under the ROC curve with DeLong's 95% interval; images count as independent. It is computed on the logit
 * scale, which covers better near 1: simulated with 40 and 60 images, areas of 0.76, 0.92 and 0.98 in 95, 95 and 93%
 * of studies, where the plain scale had them in 94, 92 and 84%. Where DeLong's variance is 0 or undefined (all pairs
 * in the right order, or one image of a class) Wilson's interval stands in, with the images of the smaller class as
 * its count: no area has a larger variance than that (Birnbaum and Klose, Ann. Math. Stat. 28, 933, 1957).
 * Null where the positives or the negatives are absent.
 * @param scores larger means more likely positive, [N]
 * @param truth which samples are positive, [N]
 */
export function aurocEstimate(
  scores: readonly number[],
  truth: readonly boolean[],
): Estimate | null {
  const parts = placements(scores, truth);
  if (parts === null) return null;
  const { area } = parts;
  const variance = areaCovariance(parts, parts);
  if (!(variance > 0) || area === 0 || area === 1) {
    const pairs = Math.min(parts.positives.length, parts.negatives.length);
    const [low, high] = wilsonInterval(area, pairs);
    return { value: area, low, high, method: 'wilson' };
  }
  const logit = Math.log(area / (1 - area));
  const half = (z95 * Math.sqrt(variance)) / (area * (1 - area));
  return {
    value: area,
    low: 1 / (1 + Math.exp(half - logit)),
    high: 1 / (1 + Math.exp(-half - logit)),
    method: 'delong',
  };
}

/** Two areas on the same images: B's less A's, its 95% interval, and the two-sided test that they are equal. */
export interface AurocDifference {
  difference: number;
  low: number;
  high: number;
  /** Standard errors from 0; 0 for no difference. */
  z: number;
  pValue: number;
}

/**
 * DeLong's test for paired areas; images count as independent. Null where an area or its variance is undefined.
 * @param scoresA of one model, [N]
 * @param scoresB of the other for the same images, [N]
 * @param truth which samples are positive, [N]
 */
export function aurocDifference(
  scoresA: readonly number[],
  scoresB: readonly number[],
  truth: readonly boolean[],
): AurocDifference | null {
  const [a, b] = [placements(scoresA, truth), placements(scoresB, truth)];
  if (a === null || b === null) return null;
  const variance = areaCovariance(a, a) + areaCovariance(b, b) - 2 * areaCovariance(a, b);
  if (Number.isNaN(variance)) return null;
  const difference = b.area - a.area;
  // Of two models that rank alike the difference of three equal sums may be just below 0.
  const error = Math.sqrt(Math.max(0, variance));
  const z = difference === 0 ? 0 : difference / error;
  return {
    difference,
    low: difference - z95 * error,
    high: difference + z95 * error,
    z,
    pValue: 2 * normalTail(Math.abs(z)),
  };
}
