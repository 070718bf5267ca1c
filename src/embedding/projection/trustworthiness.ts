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
  let penalty = 0;
  for (let row = 0; row < count; row += 1) {
    const nearest = nearestInMap(points, row, k);
    for (const rank of ranks(vectors, features, row, nearest)) penalty += Math.max(0, rank - k);
  }
  return 1 - (penalty * 2) / (count * k * (2 * count - 3 * k - 1));
}

/** The `k` other rows that are nearest on the map. */
function nearestInMap(points: Float64Array, row: number, k: number): number[] {
  const nearest: { other: number; distance: number }[] = [];
  for (let other = 0; other < points.length / 2; other += 1) {
    const distance = squaredDistance(points, 2 * row, 2 * other, 2);
    const farthest = nearest.length < k ? Infinity : (nearest.at(-1)?.distance ?? Infinity);
    if (other === row || distance >= farthest) continue;
    const place = nearest.findIndex((kept) => distance < kept.distance);
    nearest.splice(place === -1 ? nearest.length : place, 0, { other, distance });
    if (nearest.length > k) nearest.pop();
  }
  return nearest.map(({ other }) => other);
}

/** Which nearest vector of a row each of `others` is, from 1. */
function ranks(
  vectors: Float32Array,
  features: number,
  row: number,
  others: readonly number[],
): number[] {
  const place = row * features;
  const distances = others.map((other) =>
    squaredDistance(vectors, place, other * features, features),
  );
  // Beyond the farthest of them nothing changes a rank.
  const limit = Math.max(...distances);
  const found = others.map(() => 1);
  for (let at = 0; at < vectors.length / features; at += 1) {
    if (at === row) continue;
    const distance = squaredDistance(vectors, place, at * features, features, limit);
    if (distance > limit) continue;
    others.forEach((other, index) => {
      const own = distances[index] ?? 0;
      if (distance < own || (distance === own && at < other))
        found[index] = (found[index] ?? 0) + 1;
    });
  }
  return found;
}
