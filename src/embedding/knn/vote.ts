/** Classes by the votes of neighbors, as scikit-learn's KNeighborsClassifier counts them. */
import type { NearestRows } from '../types.js';

export const weightings = ['uniform', 'distance'] as const;
/** `uniform`: every neighbor counts the same. `distance`: by 1 / distance; neighbors at distance 0 count alone. */
export type Weighting = (typeof weightings)[number];

/**
 * Shares of the votes, row-major [M, classes]. The most voted class is the first of the largest in a row.
 * @param labels of the references, each in [0, classes)
 */
export function vote(
  { indices, distances, k }: NearestRows,
  labels: ArrayLike<number>,
  classes: number,
  weighting: Weighting,
): Float64Array {
  const rows = indices.length / k;
  const shares = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row += 1) {
    const own = [row * k, (row + 1) * k] as const;
    const weights = weigh[weighting](Array.from(distances.subarray(...own)));
    const votes = shares.subarray(row * classes, (row + 1) * classes);
    indices.subarray(...own).forEach((reference, at) => {
      const label = labels[reference] ?? -1;
      votes[label] = (votes[label] ?? 0) + (weights[at] ?? 0);
    });
    const total = votes.reduce((sum, votesOf) => sum + votesOf, 0);
    votes.forEach((votesOf, label) => {
      votes[label] = votesOf / total;
    });
  }
  return shares;
}

const weigh: Readonly<Record<Weighting, (distances: readonly number[]) => number[]>> = {
  uniform: (distances) => distances.map(() => 1),
  distance: (distances) =>
    distances.includes(0)
      ? distances.map((distance) => (distance === 0 ? 1 : 0))
      : distances.map((distance) => 1 / distance),
};
