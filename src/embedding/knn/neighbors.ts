/** Exact nearest neighbors, some of which do not count. */
import {
  findNeighbors,
  RoentgenError,
  type Hooks,
  type NeighborMetric,
  type Rows,
} from '../../native/index.js';
import type { NearestRows } from '../types.js';

export interface Search {
  queries: Rows;
  references: Rows;
  k: number;
  metric: NeighborMetric;
  /** Whether a reference, by its row, must not be a neighbor of a query. */
  excluded: (query: number, reference: number) => boolean;
  /** References excluded for one query, at most. */
  mostExcluded: number;
}

/**
 * Of every query the `k` nearest references that are not excluded; of equal ones the earlier comes first.
 * @throws RoentgenError ERR_INVALID_ARGUMENT where fewer than `k` are left for a query, or a value is not finite;
 * ABORT_ERR
 */
export async function nearestAllowed(
  { queries, references, k, metric, excluded, mostExcluded }: Search,
  hooks: Hooks = {},
): Promise<NearestRows> {
  const count = references.values.length / references.features;
  if (k > count) throw tooFew(k, count);
  const asked = Math.min(k + mostExcluded, count);
  const found = await findNeighbors(queries, references, { k: asked, metric }, hooks);
  const rows = found.indices.length / asked;
  const nearest = {
    k,
    indices: new Int32Array(rows * k),
    distances: new Float32Array(rows * k),
  };
  for (let row = 0; row < rows; row += 1) {
    let kept = 0;
    for (let at = row * asked; at < (row + 1) * asked && kept < k; at += 1) {
      const reference = found.indices[at] ?? -1;
      if (excluded(row, reference)) continue;
      nearest.indices[row * k + kept] = reference;
      nearest.distances[row * k + kept] = found.distances[at] ?? 0;
      kept += 1;
    }
    if (kept < k) throw tooFew(k, kept);
  }
  return nearest;
}

/** Of every row its `k` nearest others. Throws as `nearestAllowed`. */
export async function nearestOthers(
  rows: Rows,
  { k, metric }: { k: number; metric: NeighborMetric },
  hooks: Pick<Hooks, 'signal'> = {},
): Promise<NearestRows> {
  const excluded = (query: number, reference: number): boolean => query === reference;
  const search = { queries: rows, references: rows, k, metric, excluded, mostExcluded: 1 };
  return nearestAllowed(search, { signal: hooks.signal });
}

function tooFew(k: number, count: number): RoentgenError {
  return new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `${k} neighbors were asked for, and an image has only ${count} to choose from: take a smaller k.`,
    { details: { k, count } },
  );
}
