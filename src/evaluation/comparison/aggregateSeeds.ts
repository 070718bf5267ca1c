/** What training again from other seeds gives: mean and spread of each figure over the runs. */
import { invalidArgument } from '../../native/index.js';
import { sum } from '../arrays.js';
import type { ClassificationMetrics } from '../metrics/evaluateClassification.js';
import { overallFigures, type OverallFigure } from '../intervals/metricIntervals.js';
import { figureRange, figureTitles, overallFigure } from '../metrics/overallFigure.js';
import { t95 } from '../intervals/studentT.js';
import { padLeft } from '../text.js';

/** One figure over the runs. */
export interface SeedSummary {
  mean: number;
  /** Sample standard deviation (n − 1); null for one run. */
  std: number | null;
  /**
   * 95% interval of the mean by Student's t with n − 1 degrees of freedom, cut off where the figure's own range ends:
   * at 0 and 1; −1 and 1 for the MCC, 0 and 2 for the Brier score. Null for one run.
   */
  low: number | null;
  high: number | null;
  min: number;
  max: number;
}

/** Mean and interval of each figure over runs that differ in their seed. */
export interface SeedAggregate {
  runs: number;
  /** Test images of each run. */
  samples: number;
  /** Null where a figure is undefined in a run. */
  figures: Record<OverallFigure, SeedSummary | null>;
}

/**
 * Mean, spread and 95% t interval of each overall figure over runs that differ in their seed only. The interval
 * covers the variation of training, not that of the test set: all runs saw the same test images, and other patients
 * could move them all alike. `metricIntervals` of one run covers that, and neither contains the other.
 * @param results of the same test images, one per run, at least 1
 * @throws RoentgenError ERR_INVALID_ARGUMENT without results, or where classes, positive class or the number of
 * images of a class differ
 */
export function aggregateSeeds(results: readonly ClassificationMetrics[]): SeedAggregate {
  const [first] = results;
  if (first === undefined)
    throw invalidArgument('results', 'the metrics of at least 1 run', 'none');
  results.forEach((metrics, index) => {
    const [expected, found] = [testSet(first), testSet(metrics)];
    if (found !== expected) {
      throw invalidArgument(`results[${index}]`, `the test set of the first, ${expected},`, found);
    }
  });
  const figures = overallFigures.map((figure) => {
    const values = results.map((metrics) => overallFigure(metrics, figure));
    const defined = values.filter((value) => value !== null);
    return [
      figure,
      defined.length < values.length ? null : summarize(defined, figureRange(figure)),
    ] as const;
  });
  return {
    runs: results.length,
    samples: first.samples,
    figures: Object.fromEntries(figures) as SeedAggregate['figures'],
  };
}

/** What must be the same in all runs, in words. */
function testSet({ perClass, binary }: ClassificationMetrics): string {
  const supports = perClass.map(({ class: name, support }) => `${support} ${name}`).join(', ');
  return binary === null ? supports : `${supports} (positive ${binary.positive})`;
}

function summarize(
  values: readonly number[],
  [least, greatest]: readonly [number, number],
): SeedSummary {
  const count = values.length;
  const mean = sum(values) / count;
  const range = { min: Math.min(...values), max: Math.max(...values) };
  if (count === 1) return { mean, std: null, low: null, high: null, ...range };
  const std = Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (count - 1));
  const half = (t95(count - 1) * std) / Math.sqrt(count);
  const [low, high] = [Math.max(least, mean - half), Math.min(greatest, mean + half)];
  return { mean, std, low, high, ...range };
}

/** The aggregate as an aligned table, one line for each figure that is defined in all runs. */
export function formatAggregate({ runs, samples, figures }: SeedAggregate): string {
  const cell = (value: number | null): string => (value === null ? '-' : value.toFixed(4));
  const rows = overallFigures.flatMap((figure) => {
    const summary = figures[figure];
    if (summary === null) return [];
    const { mean, std, low, high, min, max } = summary;
    const interval = low === null ? '-' : `[${cell(low)}, ${cell(high)}]`;
    return [[figureTitles[figure], cell(mean), cell(std), interval, cell(min), cell(max)]];
  });
  const table = [['', 'mean', 'std', '95% interval', 'min', 'max'], ...rows];
  const widths = table.reduce<number[]>(
    (widest, cells) => cells.map((text, column) => Math.max(text.length, widest[column] ?? 0)),
    [],
  );
  const lines = table.map((cells) => {
    const [title = '', ...values] = cells;
    const aligned = values.map((value, column) => padLeft(value, widths[column + 1] ?? 0));
    return [title.padEnd(widths[0] ?? 0), ...aligned].join('  ');
  });
  return [
    ...lines,
    '',
    `${runs} ${runs === 1 ? 'run' : 'runs'} on the same ${samples} images. The interval covers the variation of training,`,
    'not that of the test set.\n',
  ].join('\n');
}
