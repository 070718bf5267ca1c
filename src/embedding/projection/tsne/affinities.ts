/** How much each point of a t-SNE wants to be near each other: a sparse symmetric matrix of probabilities. */
import type { NearestRows } from '../../types.js';

/** Compressed rows: those of point i are at starts[i] … starts[i + 1]. */
export interface Affinities {
  starts: Int32Array;
  columns: Int32Array;
  /** All of them sum to 1. */
  values: Float64Array;
}

/** Of the entropy, in nats; scikit-learn's. */
const tolerance = 1e-5;
const mostSteps = 100;

/**
 * Gaussian similarities over the nearest neighbors, each point's width such that its neighbors have the entropy
 * ln(perplexity), then symmetrized (van der Maaten, J. Mach. Learn. Res. 15, 3221, 2014, section 4.1).
 * @param neighbors of every point, itself not among them
 */
export function affinities(neighbors: NearestRows, perplexity: number): Affinities {
  const { indices, distances, k } = neighbors;
  const count = indices.length / k;
  const conditional = new Float64Array(indices.length);
  for (let point = 0; point < count; point += 1) {
    const own = [point * k, (point + 1) * k] as const;
    fillRow(conditional.subarray(...own), distances.subarray(...own), Math.log(perplexity));
  }
  return symmetrized(indices, conditional, k);
}

/** Bisects the precision until the entropy fits. Distances count from the nearest, so that nothing underflows. */
function fillRow(row: Float64Array, distances: ArrayLike<number>, entropy: number): void {
  const nearest = (distances[0] ?? 0) ** 2;
  let [precision, low, high] = [1, 0, Infinity];
  for (let step = 0; step < mostSteps; step += 1) {
    let [total, moment] = [0, 0];
    for (let at = 0; at < row.length; at += 1) {
      const distance = (distances[at] ?? 0) ** 2 - nearest;
      const weight = Math.exp(-distance * precision);
      row[at] = weight;
      total += weight;
      moment += distance * weight;
    }
    for (let at = 0; at < row.length; at += 1) row[at] = (row[at] ?? 0) / total;
    const excess = Math.log(total) + (precision * moment) / total - entropy;
    if (Math.abs(excess) <= tolerance) return;
    if (excess > 0) low = precision;
    else high = precision;
    precision = high === Infinity ? precision * 2 : (low + high) / 2;
  }
}

/** (P + Pᵀ) over its sum. */
function symmetrized(indices: Int32Array, conditional: Float64Array, k: number): Affinities {
  const count = indices.length / k;
  const reverse = reversed(indices, count);
  const starts = new Int32Array(count + 1);
  const columns = new Int32Array(2 * indices.length);
  const values = new Float64Array(2 * indices.length);
  const row = new Float64Array(count);
  /** The last point that had an entry in a column. */
  const lastPoint = new Int32Array(count).fill(-1);
  let filled = 0;
  let total = 0;
  for (let point = 0; point < count; point += 1) {
    const begin = filled;
    const add = (column: number, value: number): void => {
      if (lastPoint[column] !== point) {
        lastPoint[column] = point;
        row[column] = 0;
        columns[filled] = column;
        filled += 1;
      }
      row[column] = (row[column] ?? 0) + value;
    };
    for (let at = point * k; at < (point + 1) * k; at += 1) {
      add(indices[at] ?? 0, conditional[at] ?? 0);
    }
    for (let at = reverse.starts[point] ?? 0; at < (reverse.starts[point + 1] ?? 0); at += 1) {
      const edge = reverse.edges[at] ?? 0;
      add(Math.floor(edge / k), conditional[edge] ?? 0);
    }
    columns.subarray(begin, filled).sort();
    for (let at = begin; at < filled; at += 1) {
      const value = row[columns[at] ?? 0] ?? 0;
      values[at] = value;
      total += value;
    }
    starts[point + 1] = filled;
  }
  return {
    starts,
    columns: columns.slice(0, filled),
    values: values.slice(0, filled).map((value) => value / total),
  };
}

/** Of every point the edges that lead to it, as positions in `indices`. */
function reversed(indices: Int32Array, count: number): { starts: Int32Array; edges: Int32Array } {
  const starts = new Int32Array(count + 1);
  for (const target of indices) starts[target + 1] = (starts[target + 1] ?? 0) + 1;
  for (let point = 0; point < count; point += 1) {
    starts[point + 1] = (starts[point + 1] ?? 0) + (starts[point] ?? 0);
  }
  const next = starts.slice();
  const edges = new Int32Array(indices.length);
  indices.forEach((target, edge) => {
    const place = next[target] ?? 0;
    edges[place] = edge;
    next[target] = place + 1;
  });
  return { starts, edges };
}
