/** How far neighbors in a map can be trusted to be neighbors among the vectors that it is made of. */
import { squaredDistance } from './distance.js';

/**
 * Trustworthiness (Venna and Kaski, ICANN 2001, 485): 1 where the `k` nearest of every point in the map are among its
 * `k` nearest vectors, about 0.5 for points at random. Distances are Euclidean; equal ones rank in the order of the
 * rows. Null for fewer than 2·k + 1 points, for which it is not defined.
 * @param vectors row-major [N, F]
 * @param points row-major [N, 2]
 */
export function trustworthiness(
  vectors: Float32Array,
  points: Float64Array,
  k: number,
): number | null {
  const count = points.length / 2;
  if (k >= count / 2) return null;
  const features = vectors.length / count;
  const distances = new Float64Array(count);
  let penalty = 0;
  for (let row = 0; row < count; row += 1) {
    fillDistances(distances, points, row, 2);
    const nearest = nearestInMap(distances, row, k);
    fillDistances(distances, vectors, row, features);
    for (const other of nearest) penalty += Math.max(0, rankOf(distances, row, other) - k);
  }
  return 1 - (penalty * 2) / (count * k * (2 * count - 3 * k - 1));
}

/** Squared distances of all rows to one. */
function fillDistances(
  distances: Float64Array,
  rows: Float32Array | Float64Array,
  row: number,
  width: number,
): void {
  for (let other = 0; other < distances.length; other += 1) {
    distances[other] = squaredDistance(rows, row * width, other * width, width);
  }
}

/** The `k` rows of the smallest distances, without `row`. */
function nearestInMap(distances: Float64Array, row: number, k: number): number[] {
  const nearest: number[] = [];
  distances.forEach((distance, other) => {
    if (other === row) return;
    if (nearest.length === k && distance >= (distances[nearest.at(-1) ?? 0] ?? 0)) return;
    const place = nearest.findIndex((kept) => distance < (distances[kept] ?? 0));
    nearest.splice(place === -1 ? nearest.length : place, 0, other);
    if (nearest.length > k) nearest.pop();
  });
  return nearest;
}

/** From 1: how many rows are nearer, or as near and earlier, and one. */
function rankOf(distances: Float64Array, row: number, other: number): number {
  const distance = distances[other] ?? 0;
  let rank = 1;
  for (let at = 0; at < distances.length; at += 1) {
    const here = distances[at] ?? 0;
    if (here <= distance && at !== row && (here < distance || at < other)) rank += 1;
  }
  return rank;
}
