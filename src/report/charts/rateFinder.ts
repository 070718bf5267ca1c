/** The curve of a learning-rate range test: loss over the rate, on a logarithmic axis. */
import { dashes, type Chart } from './chart.js';

interface RatePoint {
  learningRate: number;
  loss: number;
  smoothed: number;
}

/** `suggestion` is marked by a vertical line. */
export function rateFinderChart(points: readonly RatePoint[], suggestion: number | null): Chart {
  const smoothed = points.map((point) => point.smoothed);
  const losses = points.map((point) => point.loss);
  // The last losses of a test may be a thousand times the first.
  const bottom = Math.min(...smoothed, quantile(losses, 0.05));
  const top = Math.max(quantile(smoothed, 0.95), quantile(losses, 0.9));
  const within = (value: number): number | null => (value >= bottom && value <= top ? value : null);
  const values = points.flatMap(({ learningRate, ...point }) => [
    { learningRate, series: 'smoothed', value: within(point.smoothed) },
    { learningRate, series: 'of each step', value: within(point.loss) },
  ]);
  const domain = ['smoothed', 'of each step'];
  const label = suggestion === null ? '' : `suggestion ${suggestion.toExponential(1)}`;
  const x = {
    field: 'learningRate',
    type: 'quantitative' as const,
    scale: { type: 'log' as const, nice: false },
    axis: { format: '.0e', tickCount: 8, grid: false },
    title: 'Learning rate',
  };
  return {
    name: 'learning_rate',
    title: `Loss over the learning rate${label === '' ? '' : `, ${label}`}`,
    spec: (ink) => {
      const marked = suggestion === null ? [] : [{ learningRate: suggestion }];
      const scale = { domain, range: [ink.series[0], ink.muted] };
      const legend = { title: null, direction: 'horizontal' as const, columns: 2 };
      return {
        width: 520,
        height: 280,
        layer: [
          {
            data: { values: marked },
            mark: { type: 'rule', strokeDash: [2, 3], color: ink.muted },
            encoding: { x },
          },
          {
            data: { values: marked },
            mark: { type: 'text', align: 'left', dx: 4, color: ink.text },
            encoding: { x, y: { value: -7 }, text: { value: label } },
          },
          {
            data: { values },
            mark: { type: 'line', invalid: 'break-paths-show-path-domains' },
            encoding: {
              x,
              y: {
                field: 'value',
                type: 'quantitative',
                title: 'Loss',
                axis: { tickCount: 6 },
                scale: { zero: false },
              },
              color: { field: 'series', scale, legend },
              strokeDash: {
                field: 'series',
                scale: { domain, range: [dashes[0], dashes[2]] },
                legend,
              },
            },
          },
        ],
      };
    },
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}
