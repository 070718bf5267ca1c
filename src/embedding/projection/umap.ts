/** UMAP (McInnes, Healy and Melville, arXiv:1802.03426), by Google PAIR's umap-js. */
import { UMAP } from 'umap-js';
import { randomIntegers } from '../../evaluation/index.js';
import type { NearestRows } from '../types.js';

export interface UmapOptions {
  /** An integer in 0 … 2⁵³ − 1: the same seed gives the same map. */
  seed: number;
}

/**
 * Places the rows that `neighbors` are of, and then each further row of `vectors` by itself into the finished map,
 * which does not move.
 * @param vectors row-major [N, F]
 * @param neighbors of the first rows, each one's own row first and at distance 0
 * @param onStep called after each epoch with the share of the work done
 * @returns row-major [N, 2]
 */
export function umap(
  vectors: Float32Array,
  features: number,
  neighbors: NearestRows,
  { seed }: UmapOptions,
  onStep: (share: number) => void = () => undefined,
): Float64Array {
  const { indices, distances, k } = neighbors;
  const fitted = indices.length / k;
  const rows = toRows(vectors, features);
  let next = randomIntegers(seed);
  const random = (): number => next(2 ** 32) / 2 ** 32;
  const map = new UMAP({ nNeighbors: k, random });
  map.setPrecomputedKNN(toRows(indices, k), toRows(distances, k));
  const epochs = map.initializeFit(rows.slice(0, fitted));
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    map.step();
    onStep(epoch / epochs);
  }
  const placed = map.getEmbedding().map((point) => [...point]);
  // One at a time, and each with the same numbers: where an image lies does not depend on which came with it.
  for (const row of rows.slice(fitted)) {
    next = randomIntegers(seed);
    placed.push(...map.transform([row]));
  }
  return Float64Array.from(placed.flat());
}

function toRows(values: ArrayLike<number>, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, row) =>
    Array.from({ length: width }, (_, at) => values[row * width + at] ?? 0),
  );
}
