/** Images as points in the plane, each class in its color; a few may be marked. */
import { cycled, shapes, shorten, type Chart } from './chart.js';
import type { Ink } from './ink.js';

export interface ScatterPoint {
  x: number;
  y: number;
  /** Position in the classes; −1 where it is unknown. */
  label: number;
  /** Drawn larger, in green, over the others. */
  marked: boolean;
}

const side = 560;
/** Of the series the one that means a marked point, and no class. */
const green = 2;
const markedShape = 'diamond';
const longestName = 30;
const unknown = 'unknown class';

/**
 * @param title above the chart, and for those who cannot see it
 * @param markedName what the marked points are, for the legend
 */
export function scatterChart(
  points: readonly ScatterPoint[],
  classes: readonly string[],
  { title, markedName }: { title: string; markedName: string },
): Chart {
  const names = [
    ...classes.map((name) => shorten(name, longestName)),
    ...(points.some(({ label, marked }) => label < 0 && !marked) ? [unknown] : []),
    ...(points.some(({ marked }) => marked) ? [markedName] : []),
  ];
  // Many large marks would hide the others.
  const many = points.filter(({ marked }) => marked).length > 20;
  const row = ({ x, y, label, marked }: ScatterPoint) => {
    return { x, y, name: marked ? markedName : (names[label] ?? unknown), marked };
  };
  return {
    name: 'scatter',
    title,
    spec: (ink) => {
      const place = { type: 'quantitative' as const, axis: null, scale: { zero: false } };
      const encoding = {
        x: { ...place, field: 'x' },
        y: { ...place, field: 'y' },
        ...appearance(names, markedName, ink),
      };
      return {
        width: side,
        height: side,
        title: { text: title, fontWeight: 'normal' },
        layer: [
          {
            data: { values: mixed(points.filter(({ marked }) => !marked)).map(row) },
            mark: { type: 'point', filled: true, size: 14, opacity: 0.6 },
            encoding,
          },
          {
            data: { values: points.filter(({ marked }) => marked).map(row) },
            mark: {
              type: 'point',
              filled: true,
              size: many ? 50 : 130,
              opacity: 1,
              stroke: ink.text,
              strokeWidth: 1.2,
            },
            encoding,
          },
        ],
      };
    },
  };
}

function appearance(names: readonly string[], markedName: string, ink: Ink) {
  const others = ink.series.filter((_, at) => at !== green);
  const colors = cycled(others, names.length);
  const marks = cycled<string>(
    shapes.filter((shape) => shape !== markedShape),
    names.length,
  );
  const last = names.length - 1;
  if (names[last] === markedName) {
    colors[last] = ink.series[green] ?? ink.text;
    marks[last] = markedShape;
  }
  const unknownAt = names.indexOf(unknown);
  if (unknownAt !== -1) colors[unknownAt] = ink.muted;
  const field = { field: 'name', type: 'nominal' as const };
  return {
    color: { ...field, scale: { domain: [...names], range: colors }, legend: { title: null } },
    shape: { ...field, scale: { domain: [...names], range: marks }, legend: { title: null } },
  };
}

/** In an order in which no class comes last, and so hides the others. */
function mixed(points: readonly ScatterPoint[]): ScatterPoint[] {
  const key = (at: number): number => Math.imul(at + 1, 0x9e3779b1) >>> 0;
  return [...points.keys()].sort((a, b) => key(a) - key(b)).flatMap((at) => points[at] ?? []);
}
