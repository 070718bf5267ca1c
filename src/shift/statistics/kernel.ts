/** How alike embeddings are: a Gaussian kernel whose width is the usual distance between two of them. */
import { Pacer } from '../../data/index.js';
import type { Rows } from '../../native/index.js';

/** One row for each of the first embeddings, one column for each of the second. */
export interface Grid {
  values: Float32Array;
  rows: number;
  columns: number;
}

/** Squared Euclidean distances of every row of `a` to every row of `b`. Throws ABORT_ERR. */
export async function squaredDistances(a: Rows, b: Rows, signal?: AbortSignal): Promise<Grid> {
  const pacer = new Pacer(signal);
  const [rows, columns] = [rowCount(a), rowCount(b)];
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      values[row * columns + column] = squaredDistance(a, row, b, column);
    }
    await pacer.breathe();
  }
  return { values, rows, columns };
}

export function rowCount({ values, features }: Rows): number {
  return values.length / features;
}

function squaredDistance(a: Rows, row: number, b: Rows, column: number): number {
  const [startA, startB] = [row * a.features, column * b.features];
  let total = 0;
  for (let feature = 0; feature < a.features; feature += 1) {
    total += ((a.values[startA + feature] ?? 0) - (b.values[startB + feature] ?? 0)) ** 2;
  }
  return total;
}

/**
 * The median squared distance of two different points of a sample, the width that Gretton et al. use (Kernel two-sample
 * test, JMLR 13, 723, 2012, section 8); 1 where all points are one.
 * @param grid of the points with themselves
 */
export function medianSquare({ values, rows }: Grid): number {
  const pairs = new Float32Array((rows * (rows - 1)) / 2);
  for (let row = 1, at = 0; row < rows; row += 1) {
    for (let column = 0; column < row; column += 1, at += 1) {
      pairs[at] = values[row * rows + column] ?? 0;
    }
  }
  pairs.sort();
  const middle = pairs.length / 2;
  const [below, above] = [pairs[Math.ceil(middle) - 1] ?? 0, pairs[Math.floor(middle)] ?? 0];
  return (Math.sqrt(below) + Math.sqrt(above)) ** 2 / 4 || 1;
}

/** exp(−d² / 2σ²) of each squared distance. @param square σ² */
export function gaussian({ values, rows, columns }: Grid, square: number): Grid {
  return { values: values.map((distance) => Math.exp(-distance / (2 * square))), rows, columns };
}
