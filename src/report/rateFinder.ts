/** The curve of a learning-rate range test: loss over the rate, on a logarithmic axis. */
import type { Area, Axis } from './axes.js';
import { drawAxes, drawCurve, drawLegendEntry, position, roundAxis } from './axes.js';
import { ink, label, line, palette, svgDocument } from './svg.js';

interface RatePoint {
  learningRate: number;
  loss: number;
  smoothed: number;
}

const size = { width: 560, height: 300 } as const;
const margin = { left: 78, top: 52, right: 24, bottom: 56 } as const;

/** A standalone SVG; `suggestion` is marked by a vertical line. */
export function rateFinderSvg(points: readonly RatePoint[], suggestion: number | null): string {
  const exponents = points.map((point) => Math.log10(point.learningRate));
  const smoothed = points.map((point) => point.smoothed);
  const losses = points.map((point) => point.loss);
  const area: Area = {
    ...size,
    left: margin.left,
    top: margin.top,
    x: decadeAxis(Math.min(...exponents), Math.max(...exponents)),
    // The last losses of a test may be a thousand times the first.
    y: roundAxis(
      'Loss',
      Math.min(...smoothed, quantile(losses, 0.05)),
      Math.max(quantile(smoothed, 0.95), quantile(losses, 0.9)),
    ),
  };
  const [bottom, top] = area.y.domain;
  const curve = (of: (point: RatePoint) => number): { x: number; y: number }[] =>
    points.map((point, index) => ({
      x: exponents[index] ?? 0,
      y: of(point) >= bottom && of(point) <= top ? of(point) : NaN,
    }));
  const styles = {
    loss: { color: palette[4], dot: 0, dashes: '2 3' },
    smoothed: { color: palette[0], dot: 0 },
  };
  return svgDocument(
    margin.left + size.width + margin.right,
    margin.top + size.height + margin.bottom,
    'Loss over the learning rate',
    [
      drawLegendEntry(margin.left, 26, 'smoothed', styles.smoothed),
      drawLegendEntry(margin.left + 120, 26, 'of each step', styles.loss),
      drawAxes(area),
      drawCurve(
        area,
        curve((point) => point.loss),
        styles.loss,
      ),
      drawCurve(
        area,
        curve((point) => point.smoothed),
        styles.smoothed,
      ),
      ...(suggestion === null ? [] : drawSuggestion(area, suggestion)),
    ],
  );
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

/** Whole powers of ten, of the exponents from `low` to `high`. */
function decadeAxis(low: number, high: number): Axis {
  const [first, last] = [Math.floor(low + 1e-9), Math.ceil(high - 1e-9)];
  return {
    label: 'Learning rate',
    domain: [first, last],
    ticks: Array.from({ length: last - first + 1 }, (_, index) => ({
      value: first + index,
      text: `1e${first + index}`,
    })),
  };
}

function drawSuggestion(area: Area, rate: number): string[] {
  const { x } = position(area, { x: Math.log10(rate), y: 0 });
  return [
    line(x, area.top, x, area.top + area.height, { stroke: ink.muted, 'stroke-dasharray': '2 3' }),
    label(x + 5, area.top - 6, `suggestion ${rate.toExponential(1)}`, {
      'font-size': 12,
      fill: ink.muted,
    }),
  ];
}
