/** The maximum mean discrepancy: how far apart two sets of embeddings lie, and whether that can be chance. */
import { Pacer } from '../../data/index.js';
import { aurocEstimate, randomIntegers } from '../../evaluation/index.js';
import type { Grid } from './kernel.js';

export interface Discrepancy {
  /** The unbiased estimate of MMD², which may be below 0. */
  squared: number;
  /**
   * Area under the ROC curve of telling the second set from the first by the kernel's density, each point left out of
   * its own: 0.5 or less where nobody can, 1 where every point can be told.
   */
  auroc: number;
}

export interface TestedDiscrepancy extends Discrepancy {
  /** Of the divisions that were drawn, the share that come as far. */
  pValue: number;
}

/**
 * Gretton et al., "A kernel two-sample test" (JMLR 13, 723, 2012), lemma 6.
 * @param kernel of all points with each other
 * @param first rows of the first set; all others are the second, and both have at least 2
 */
export function discrepancy(kernel: Grid, first: Int32Array): Discrepancy {
  return {
    squared: squaredOf(kernel, rowTotals(kernel), first),
    auroc: separation(kernel, new Set(first)),
  };
}

/**
 * The same, and its permutation test (section 5 of that paper).
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a seed out of range; ABORT_ERR
 */
export async function testDiscrepancy(
  kernel: Grid,
  first: Int32Array,
  { draws, seed, signal }: { draws: number; seed: number; signal?: AbortSignal | undefined },
): Promise<TestedDiscrepancy> {
  const pacer = new Pacer(signal);
  const observed = discrepancy(kernel, first);
  const totals = rowTotals(kernel);
  const order = Int32Array.from({ length: kernel.rows }, (_, point) => point);
  const random = randomIntegers(seed);
  let asFar = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    for (let at = 0; at < first.length; at += 1) {
      const other = at + random(order.length - at);
      [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
    }
    const drawn = squaredOf(kernel, totals, order.subarray(0, first.length));
    if (drawn >= observed.squared) asFar += 1;
    await pacer.breathe();
  }
  return { ...observed, pValue: (asFar + 1) / (draws + 1) };
}

/** Of each row the sum without the diagonal. */
function rowTotals({ values, rows }: Grid): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    const start = row * rows;
    let total = -(values[start + row] ?? 0);
    for (let column = 0; column < rows; column += 1) total += values[start + column] ?? 0;
    return total;
  });
}

/** What lies between and beyond follows from the totals: only the first set's own pairs are added up. */
function squaredOf({ values, rows }: Grid, totals: Float64Array, first: Int32Array): number {
  const [n, m] = [first.length, rows - first.length];
  let [within, reaching] = [0, 0];
  for (const row of first) {
    reaching += totals[row] ?? 0;
    for (const column of first) {
      if (column < row) within += 2 * (values[row * rows + column] ?? 0);
    }
  }
  const between = reaching - within;
  const beyond = totals.reduce((total, value) => total + value, 0) - within - 2 * between;
  return within / (n * (n - 1)) + beyond / (m * (m - 1)) - (2 * between) / (n * m);
}

function separation({ values, rows }: Grid, first: ReadonlySet<number>): number {
  const [n, m] = [first.size, rows - first.size];
  const isFirst = Array.from({ length: rows }, (_, point) => first.has(point));
  const scores = isFirst.map((own, row) => {
    let [near, far] = [0, 0];
    for (let column = 0; column < rows; column += 1) {
      if (column === row) continue;
      if (isFirst[column] === true) near += values[row * rows + column] ?? 0;
      else far += values[row * rows + column] ?? 0;
    }
    return own ? far / m - near / (n - 1) : far / (m - 1) - near / n;
  });
  const truth = isFirst.map((own) => !own);
  return aurocEstimate(scores, truth)?.value ?? NaN;
}
