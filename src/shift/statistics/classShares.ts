/** What is left of a discrepancy once the source's classes may have other shares: a change of their looks. */
import { Pacer } from '../../data/index.js';
import type { Grid } from './kernel.js';

export interface Kernels {
  /** Source with itself, [N, N]. */
  source: Grid;
  /** Source with target, [N, M]. */
  across: Grid;
  /** Target with itself, [M, M]. */
  target: Grid;
}

export interface RemainingDiscrepancy {
  /** The least MMD² between the target and the source's classes in any shares. */
  squared: number;
  /** The shares at which it is least, in class order: an estimate of the target's (Zhang et al., ICML 2013). */
  shares: number[];
  /** What each image of the source, [N], and of the target, [M], adds to the error of `squared`. */
  sourcePull: Float64Array;
  targetPull: Float64Array;
}

/** No share moves further than this in the last round. */
const tolerance = 1e-10;
const mostRounds = 10_000;

/**
 * The kernel mean of the target matched by a mixture of those of the source's classes (Zhang, Schölkopf, Muandet and
 * Wang, "Domain adaptation under target and conditional shift", ICML 2013, section 3): a hospital with fewer sick is
 * not told from one with darker images otherwise. All means leave out pairs of an image with itself.
 * @param labels [N] in [0, classes); a class with fewer than two images has share 0
 * @throws RoentgenError ABORT_ERR
 */
export async function remainingDiscrepancy(
  { source, across, target }: Kernels,
  labels: ArrayLike<number>,
  classes: number,
  signal?: AbortSignal,
): Promise<RemainingDiscrepancy> {
  const pacer = new Pacer(signal);
  const members = Array.from({ length: classes }, (_, label) =>
    Int32Array.from(Array.from(labels).flatMap((own, row) => (own === label ? [row] : []))),
  );
  const sourceToClass = new Float64Array(source.rows * classes);
  const targetToClass = new Float64Array(target.rows * classes);
  for (let row = 0; row < source.rows; row += 1) {
    members.forEach((columns, label) => {
      sourceToClass[row * classes + label] = meanWithout(source, row, columns);
    });
    await pacer.breathe();
  }
  members.forEach((rows, label) => {
    for (const row of rows) {
      for (let column = 0; column < target.rows; column += 1) {
        const at = column * classes + label;
        const value = across.values[row * target.rows + column] ?? 0;
        targetToClass[at] = (targetToClass[at] ?? 0) + value / rows.length;
      }
    }
  });
  const everyone = Int32Array.from({ length: target.rows }, (_, row) => row);
  const targetToTarget = Float64Array.from(everyone, (row) => meanWithout(target, row, everyone));
  const between = members.map((rows) =>
    Array.from({ length: classes }, (_, label) =>
      mean(Array.from(rows, (row) => sourceToClass[row * classes + label] ?? 0)),
    ),
  );
  const toTarget = Array.from({ length: classes }, (_, label) =>
    mean(Array.from(everyone, (row) => targetToClass[row * classes + label] ?? 0)),
  );
  const usable = members.map((rows) => rows.length > 1);
  const shares = leastShares(between, toTarget, usable);
  const mix = (matrix: Float64Array, row: number): number =>
    weighted(shares, (label) => matrix[row * classes + label] ?? 0);
  const targetPull = centered(
    everyone,
    (row) => (targetToTarget[row] ?? 0) - mix(targetToClass, row),
    1 / target.rows,
  );
  const sourcePull = new Float64Array(source.rows);
  members.forEach((rows, label) => {
    const toOthers = (row: number): number => {
      const start = row * target.rows;
      let total = 0;
      for (let column = 0; column < target.rows; column += 1) {
        total += across.values[start + column] ?? 0;
      }
      return mix(sourceToClass, row) - total / target.rows;
    };
    const pulls = centered(rows, toOthers, (shares[label] ?? 0) / rows.length);
    rows.forEach((row, at) => {
      sourcePull[row] = pulls[at] ?? 0;
    });
  });
  const mixed = weighted(shares, (a) => weighted(shares, (b) => between[a]?.[b] ?? 0));
  const met = weighted(shares, (label) => toTarget[label] ?? 0);
  const squared = mixed - 2 * met + mean([...targetToTarget]);
  return { squared, shares, sourcePull, targetPull };
}

function meanWithout({ values, columns: width }: Grid, row: number, columns: Int32Array): number {
  let [total, count] = [0, 0];
  for (const column of columns) {
    if (column === row) continue;
    total += values[row * width + column] ?? 0;
    count += 1;
  }
  return count === 0 ? 0 : total / count;
}

function mean(values: readonly number[]): number {
  return values.length === 0
    ? 0
    : values.reduce((total, value) => total + value, 0) / values.length;
}

function weighted(shares: readonly number[], value: (label: number) => number): number {
  return shares.reduce((total, share, label) => total + share * value(label), 0);
}

/** Twice each value's distance from their mean times a weight: the first-order terms of a U-statistic. */
function centered(rows: Int32Array, value: (row: number) => number, weight: number): Float64Array {
  const values = Float64Array.from(rows, value);
  const middle = mean([...values]);
  return values.map((own) => 2 * weight * (own - middle));
}

/** Minimizes πᵀ·between·π − 2·πᵀ·toTarget on the simplex, moving mass between two classes at a time. */
function leastShares(
  between: readonly (readonly number[])[],
  toTarget: readonly number[],
  usable: readonly boolean[],
): number[] {
  const count = usable.filter(Boolean).length;
  const shares = usable.map((use) => (use ? 1 / count : 0));
  const slope = (label: number): number =>
    weighted(shares, (other) => between[label]?.[other] ?? 0) - (toTarget[label] ?? 0);
  const labels = [...usable.keys()].filter((label) => usable[label]);
  for (let round = 0; round < mostRounds; round += 1) {
    let moved = 0;
    for (const to of labels) {
      for (const from of labels) {
        if (to >= from) continue;
        const step = bestStep(
          slope(to) - slope(from),
          (between[to]?.[to] ?? 0) + (between[from]?.[from] ?? 0) - 2 * (between[to]?.[from] ?? 0),
          [-(shares[to] ?? 0), shares[from] ?? 0],
        );
        shares[to] = (shares[to] ?? 0) + step;
        shares[from] = (shares[from] ?? 0) - step;
        moved = Math.max(moved, Math.abs(step));
      }
    }
    if (moved <= tolerance) break;
  }
  return shares;
}

/** Where slope·t + curvature·t²/2 is least in a range; sampling may leave a curvature that is not above 0. */
function bestStep(
  slope: number,
  curvature: number,
  [low, high]: readonly [low: number, high: number],
): number {
  if (curvature > 0) return Math.min(high, Math.max(low, -slope / curvature));
  const value = (step: number): number => slope * step + (curvature * step ** 2) / 2;
  return value(low) < value(high) ? low : high;
}
