/** A discrepancy from the source's classes, in shares that are given or in those that leave least of it. */
import { Pacer } from '../../data/index.js';
import type { Grid } from './kernel.js';
import { leastShares } from './simplex.js';

export interface Kernels {
  /** Source with itself, [N, N]. */
  source: Grid;
  /** Source with target, [N, M]. */
  across: Grid;
  /** Target with itself, [M, M]. */
  target: Grid;
}

export interface MixedDiscrepancy {
  /** MMD² between the target and the source's classes in these shares. */
  squared: number;
  /** In class order. */
  shares: number[];
  /** First-order terms of its error: what each image of the source, [N], and of the target, [M], adds. */
  sourcePull: Float64Array;
  targetPull: Float64Array;
}

export interface MixedDiscrepancies {
  /** In the source's own shares. */
  asIs: MixedDiscrepancy;
  /** In the shares that leave least, an estimate of the target's: what is left is a change of looks. */
  least: MixedDiscrepancy;
}

/**
 * The kernel mean of the target beside a mixture of those of the source's classes (Zhang, Schölkopf, Muandet and Wang,
 * "Domain adaptation under target and conditional shift", ICML 2013, section 3): else a hospital with fewer sick could
 * not be told from one with darker images. All means leave out pairs of an image with itself.
 * @param labels [N] in [0, classes); a class with fewer than two images has share 0, and one has more
 * @throws RoentgenError ABORT_ERR
 */
export async function mixedDiscrepancies(
  kernels: Kernels,
  labels: Int32Array,
  classes: number,
  signal?: AbortSignal,
): Promise<MixedDiscrepancies> {
  const means = await meansOf(kernels, labels, classes, signal);
  const counts = means.members.map(({ length }) => (length > 1 ? length : 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const usable = counts.map((count) => count > 0);
  return {
    asIs: mixedAt(
      means,
      counts.map((count) => count / total),
    ),
    least: mixedAt(means, leastShares(means.between, means.toTarget, usable)),
  };
}

/** Means of a kernel from images and classes to classes and the target. */
interface Means {
  /** Rows of each class. */
  members: Int32Array[];
  /** Row-major [N, classes] and [M, classes]. */
  sourceToClass: Float64Array;
  targetToClass: Float64Array;
  /** [N] and [M]. */
  sourceToTarget: Float64Array;
  targetToTarget: Float64Array;
  /** [classes, classes]. */
  between: number[][];
  /** [classes]. */
  toTarget: number[];
}

async function meansOf(
  { source, across, target }: Kernels,
  labels: Int32Array,
  classes: number,
  signal: AbortSignal | undefined,
): Promise<Means> {
  const pacer = new Pacer(signal);
  const rows = Int32Array.from(labels.keys());
  const members = Array.from({ length: classes }, (_, label) =>
    rows.filter((row) => labels[row] === label),
  );
  const everyone = Int32Array.from({ length: target.rows }, (_, row) => row);
  const sourceToClass = new Float64Array(source.rows * classes);
  const targetToClass = new Float64Array(target.rows * classes);
  const sourceToTarget = new Float64Array(source.rows);
  for (const row of rows) {
    members.forEach((columns, label) => {
      sourceToClass[row * classes + label] = meanOfRow(source, row, columns, row);
    });
    sourceToTarget[row] = meanOfRow(across, row, everyone);
    await pacer.breathe();
  }
  for (const [label, ofClass] of members.entries()) {
    for (const row of ofClass) {
      for (const column of everyone) {
        const value = across.values[row * target.rows + column] ?? 0;
        const at = column * classes + label;
        targetToClass[at] = (targetToClass[at] ?? 0) + value / ofClass.length;
      }
      await pacer.breathe();
    }
  }
  const ofClasses = (from: Float64Array, images: Int32Array): number[] =>
    members.map((_, label) => mean(images, (row) => from[row * classes + label] ?? 0));
  return {
    ...{ members, sourceToClass, targetToClass, sourceToTarget },
    targetToTarget: Float64Array.from(everyone, (row) => meanOfRow(target, row, everyone, row)),
    between: members.map((ofClass) => ofClasses(sourceToClass, ofClass)),
    toTarget: ofClasses(targetToClass, everyone),
  };
}

function mixedAt(means: Means, shares: number[]): MixedDiscrepancy {
  const { members, sourceToClass, targetToClass, sourceToTarget, targetToTarget } = means;
  const { between, toTarget } = means;
  const mix = (value: (label: number) => number): number =>
    shares.reduce((total, share, label) => total + share * value(label), 0);
  const toMixture = (matrix: Float64Array, row: number): number =>
    mix((label) => matrix[row * shares.length + label] ?? 0);
  const everyone = Int32Array.from(targetToTarget.keys());
  const toItself = mean(everyone, (row) => targetToTarget[row] ?? 0);
  const sourcePull = new Float64Array(sourceToTarget.length);
  members.forEach((rows, label) => {
    const weight = (shares[label] ?? 0) / rows.length;
    const own = (row: number): number => toMixture(sourceToClass, row) - (sourceToTarget[row] ?? 0);
    pull(sourcePull, rows, own, weight);
  });
  const targetPull = new Float64Array(everyone.length);
  const own = (row: number): number => (targetToTarget[row] ?? 0) - toMixture(targetToClass, row);
  pull(targetPull, everyone, own, 1 / everyone.length);
  const mixture = mix((a) => mix((b) => between[a]?.[b] ?? 0));
  const squared = mixture - 2 * mix((label) => toTarget[label] ?? 0) + toItself;
  return { squared, shares, sourcePull, targetPull };
}

/** Twice each value's weighted distance from the mean, as the first order of a U-statistic has it. */
function pull(
  out: Float64Array,
  rows: Int32Array,
  value: (row: number) => number,
  weight: number,
): void {
  const middle = mean(rows, value);
  for (const row of rows) out[row] = 2 * weight * (value(row) - middle);
}

/** Without the column `left`; 0 where there is no other. */
function meanOfRow(
  { values, columns: width }: Grid,
  row: number,
  columns: Int32Array,
  left = -1,
): number {
  let [total, count] = [0, 0];
  for (const column of columns) {
    if (column === left) continue;
    total += values[row * width + column] ?? 0;
    count += 1;
  }
  return count === 0 ? 0 : total / count;
}

/** 0 of none. */
function mean(rows: Int32Array, value: (row: number) => number): number {
  return rows.length === 0 ? 0 : rows.reduce((total, row) => total + value(row), 0) / rows.length;
}
