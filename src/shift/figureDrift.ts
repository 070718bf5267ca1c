/** How the figures of two collections' images differ, and by how much more than halves of one do. */
import { median } from '../evaluation/index.js';
import { gradeFigure } from './grading.js';
import { againstHalves } from './halves.js';
import { figureKinds, type FigureName } from './imageFigures.js';
import { holm } from './statistics/holm.js';
import { kolmogorovSmirnov, largestDistance } from './statistics/kolmogorovSmirnov.js';
import { stabilityIndex } from './statistics/stabilityIndex.js';
import { grades, type FigureDrift } from './types.js';

/** Each figure of all images, [N]; a figure that could not be had is missing. */
export type FigureColumns = Partial<Record<FigureName, readonly number[]>>;

/**
 * The figures that both have, the worst first.
 * @param halves rows of the source, as `halvesOf` gives them
 */
export function compareFigures(
  source: FigureColumns,
  target: FigureColumns,
  halves: readonly Int32Array[],
): FigureDrift[] {
  const tested = figureKinds.flatMap((kind) => {
    const [a, b] = [source[kind.name], target[kind.name]];
    return a && b ? [{ kind, a, b, ...kolmogorovSmirnov(a, b) }] : [];
  });
  const corrected = holm(tested.map(({ pValue }) => pValue));
  return tested
    .map(({ kind, a, b, statistic, pValue }, at): FigureDrift => {
      const index = stabilityIndex(a, b);
      const found = {
        statistic,
        corrected: corrected[at] ?? 1,
        usual: usualStatistic(a, halves) * Math.sqrt(againstHalves(a.length, b.length)),
        stabilityIndex: index.value,
        expectedIndex: index.expected,
      };
      return {
        ...kind,
        ...{ source: median(a), target: median(b), pValue, ...found },
        grade: gradeFigure(found, kind.group),
      };
    })
    .toSorted(
      (a, b) =>
        grades.indexOf(b.grade) - grades.indexOf(a.grade) ||
        b.stabilityIndex - a.stabilityIndex ||
        b.statistic - a.statistic,
    );
}

function usualStatistic(values: readonly number[], halves: readonly Int32Array[]): number {
  const distances = halves.map((half) => {
    const rows = new Set(half);
    const first = values.filter((_, row) => rows.has(row));
    const second = values.filter((_, row) => !rows.has(row));
    return largestDistance(first, second);
  });
  return Math.max(...distances);
}
