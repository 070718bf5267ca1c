/** How far an embedding is from its k-th nearest among normal images. */
import { findNeighbors, invalidArgument, type Rows } from '../native/index.js';

/** Keeps a row of zeros a row of zeros, as the authors' code does. */
const leastNorm = 1e-10;

/** Rows of length 1. */
export function unitRows({ values, features }: Rows): Rows {
  const unit = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += features) {
    const row = values.subarray(start, start + features);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value ** 2, 0)) + leastNorm;
    unit.set(
      row.map((value) => value / norm),
      start,
    );
  }
  return { values: unit, features };
}

/** @throws RoentgenError ERR_INVALID_ARGUMENT for fewer references than neighbors */
export function checkNeighbors(k: number, references: number): void {
  if (Number.isInteger(k) && k >= 1 && k <= references) return;
  throw invalidArgument(
    'neighbors',
    `an integer from 1 to the ${references} normal training images`,
    k,
  );
}

/**
 * Euclidean distance to the k-th nearest reference, both scaled to length 1, [N]: Sun et al., "Out-of-distribution
 * detection with deep nearest neighbors", ICML 2022.
 * @throws RoentgenError ERR_INVALID_ARGUMENT, ABORT_ERR
 */
export async function neighborDistances(
  queries: Rows,
  references: Rows,
  k: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const options = { k, metric: 'euclidean' } as const;
  const found = await findNeighbors(unitRows(queries), references, options, { signal });
  return Float64Array.from(
    { length: queries.values.length / queries.features },
    (_, row) => found.distances[row * k + k - 1] ?? NaN,
  );
}
