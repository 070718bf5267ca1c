/** What is computed of embeddings natively: exact neighbors and principal components. */
import { addon } from './addon.js';
import { runNative, type Hooks } from './call.js';
import type { NeighborMetric, Neighbors, PrincipalComponents, Rows } from './explanationTypes.js';

/**
 * The `k` nearest of `references` to each row of `queries`, by one matrix product for each batch.
 * Throws ERR_INVALID_ARGUMENT where the features differ in number, k is not in [1, references], or a value is not
 * finite; ABORT_ERR.
 */
export async function findNeighbors(
  queries: Rows,
  references: Rows,
  { k, metric }: { k: number; metric: NeighborMetric },
  hooks?: Hooks,
): Promise<Neighbors> {
  return runNative(
    (onProgress) => addon().findNeighbors(queries, references, { k, metric }, onProgress),
    hooks,
  );
}

/**
 * The first `count` principal components. Throws ERR_INVALID_ARGUMENT where count is not in [1, min(rows, features)],
 * or a value is not finite; ABORT_ERR.
 */
export async function principalComponents(
  rows: Rows,
  count: number,
  hooks?: Hooks,
): Promise<PrincipalComponents> {
  return runNative((onProgress) => addon().principalComponents(rows, { count }, onProgress), hooks);
}
