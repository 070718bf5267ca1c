/** One figure of source and target as two histograms on one axis. */
import { quantile } from '../../evaluation/index.js';
import { histogram, type Chart } from '../../report/index.js';
import type { FigureDrift } from '../types.js';

const bins = 30;
const sides = ['source', 'target'];
/** So that color is never the only difference. */
const dashes = [
  [1, 0],
  [5, 3],
];
const legend = { title: null, direction: 'horizontal', columns: 2 } as const;
/** Outliers beyond are counted in the last bins: they would press all others into one. */
const [lowest, highest] = [0.005, 0.995];

interface Bin {
  side: string;
  low: number;
  high: number;
  share: number;
}

export function histogramChart(
  { name, title }: FigureDrift,
  source: readonly number[],
  target: readonly number[],
): Chart {
  const all = Float64Array.from([...source, ...target]).sort();
  const range = [quantile(all, lowest), quantile(all, highest)] as const;
  const values = [...countIn('source', source, range), ...countIn('target', target, range)];
  return {
    name: `shift_${name}`,
    title: `${title}: share of the images of source and target in ${bins} bins`,
    spec: (ink) => ({
      width: 340,
      height: 150,
      data: { values },
      mark: { type: 'line', interpolate: 'step-after' },
      encoding: {
        x: { field: 'low', type: 'quantitative', title, axis: { grid: false, tickCount: 6 } },
        y: {
          field: 'share',
          type: 'quantitative',
          title: 'Share of images',
          axis: { format: '%', tickCount: 4 },
        },
        color: {
          field: 'side',
          scale: { domain: sides, range: [ink.series[0], ink.series[1] ?? ink.text] },
          legend,
        },
        strokeDash: { field: 'side', scale: { domain: sides, range: dashes }, legend },
      },
    }),
  };
}

function countIn(
  side: string,
  values: readonly number[],
  range: readonly [low: number, high: number],
): Bin[] {
  const filled = histogram(values, bins, range).map(({ low, high, count }) => {
    return { side, low, high, share: count / values.length };
  });
  // A step ends where the next begins, so that the last one needs an end.
  const [, end] = range;
  return [...filled, { side, low: end, high: end, share: filled.at(-1)?.share ?? 0 }];
}
