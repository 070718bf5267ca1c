/** How surely one repair is nearer to the source than another. */
import { groupItems } from '../../data/index.js';
import type { MixedDiscrepancy } from '../statistics/classShares.js';

/** The patients of both sides. */
export interface Groups {
  source: readonly string[];
  target: readonly string[];
}

/**
 * The standard error of the difference of two discrepancies of the same images, by their first-order terms: those of
 * one patient's images add up before they are squared (Liang and Zeger, Biometrika 73, 13, 1986).
 */
export function errorOfGain(
  before: MixedDiscrepancy,
  after: MixedDiscrepancy,
  groups: Groups,
): number {
  const variance =
    clusteredSquares(before.sourcePull, after.sourcePull, groups.source) +
    clusteredSquares(before.targetPull, after.targetPull, groups.target);
  return Math.sqrt(variance);
}

function clusteredSquares(
  before: Float64Array,
  after: Float64Array,
  groups: readonly string[],
): number {
  const members = groupItems(groups.keys(), (image) => groups[image] ?? '');
  return [...members.values()].reduce((total, images) => {
    const sum = images.reduce((pull, at) => pull + (before[at] ?? 0) - (after[at] ?? 0), 0);
    return total + sum ** 2;
  }, 0);
}
