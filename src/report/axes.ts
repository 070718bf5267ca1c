/** A plotting area with two linear axes: round ticks, grid, labels, and curves drawn in it. */
import { element, ink, label, line } from './svg.js';

export interface Axis {
  label: string;
  /** The values at the two ends. */
  domain: readonly [low: number, high: number];
  ticks: readonly { value: number; text: string }[];
}

/** Where the axes stand, in pixels. */
export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
  x: Axis;
  y: Axis;
}

/** A value on both axes. */
export interface Point {
  x: number;
  y: number;
}

/** Steps that people count in, within a power of ten. */
const roundFactors = [1, 2, 5, 10] as const;

/** The smallest round step that crosses `span` in at most `count` steps. */
function roundStep(span: number, count: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(span / count));
  const factor = roundFactors.find((candidate) => candidate * magnitude * count >= span) ?? 10;
  return factor * magnitude;
}

function ticksBetween(first: number, last: number, step: number): Axis['ticks'] {
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const value = (first + index) * step;
    return { value, text: value.toFixed(decimals) };
  });
}

/** An axis that covers [low, high] and ends on round ticks. */
export function roundAxis(text: string, low: number, high: number): Axis {
  // One value, or several equal ones, still need an axis of some length.
  const span = high > low ? high - low : Math.max(Math.abs(high), 1) / 10;
  const step = roundStep(span, 5);
  // The slack keeps 0.3 / 0.1 = 2.9999999999999996 from costing a tick.
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(Math.ceil(high / step - 1e-9), first + 1);
  return {
    label: text,
    domain: [first * step, last * step],
    ticks: ticksBetween(first, last, step),
  };
}

/** An axis of the whole numbers from `first` to `last`. */
export function countAxis(text: string, first: number, last: number): Axis {
  const step = last > first ? Math.max(1, roundStep(last - first, 10)) : 1;
  return {
    label: text,
    domain: last > first ? [first, last] : [first - 1, last + 1],
    ticks: ticksBetween(Math.ceil(first / step), Math.floor(last / step), step),
  };
}

/** Where a point of the area lies on the page, in pixels. */
export function position(area: Area, { x, y }: Point): Point {
  const share = (value: number, [low, high]: Axis['domain']): number =>
    (value - low) / (high - low);
  return {
    x: area.left + share(x, area.x.domain) * area.width,
    y: area.top + (1 - share(y, area.y.domain)) * area.height,
  };
}

/** Grid, ticks and the names of both axes. */
export function drawAxes(area: Area): string {
  const right = area.left + area.width;
  const bottom = area.top + area.height;
  const [xLow] = area.x.domain;
  const [yLow] = area.y.domain;
  const small = { 'font-size': 12, fill: ink.muted };
  const middle = area.top + area.height / 2;
  return element(
    'g',
    { class: 'axes' },
    ...area.y.ticks.flatMap(({ value, text }) => {
      const { y } = position(area, { x: xLow, y: value });
      return [
        line(area.left, y, right, y),
        label(area.left - 8, y + 4, text, { ...small, 'text-anchor': 'end' }),
      ];
    }),
    ...area.x.ticks.flatMap(({ value, text }) => {
      const { x } = position(area, { x: value, y: yLow });
      return [
        line(x, bottom, x, bottom + 5, { stroke: ink.muted }),
        label(x, bottom + 19, text, { ...small, 'text-anchor': 'middle' }),
      ];
    }),
    line(area.left, bottom, right, bottom, { stroke: ink.muted }),
    label(area.left + area.width / 2, bottom + 40, area.x.label, { 'text-anchor': 'middle' }),
    label(area.left - 56, middle, area.y.label, {
      'text-anchor': 'middle',
      transform: `rotate(-90 ${area.left - 56} ${middle})`,
    }),
  );
}

export interface CurveStyle {
  color: string;
  /** Dash and gap lengths; none for a solid line. */
  dashes?: string;
  /** Radius of the dot at each point; 0 for none. */
  dot: number;
}

function strokes({ color, dashes }: CurveStyle): Record<string, string | number> {
  const stroke = { stroke: color, 'stroke-width': 2 };
  return dashes === undefined ? stroke : { ...stroke, 'stroke-dasharray': dashes };
}

/** Straight lines from point to point. A point whose y is not finite leaves a gap. */
export function drawCurve(area: Area, points: readonly Point[], style: CurveStyle): string {
  let pen = 'M';
  let path = '';
  const dots: string[] = [];
  for (const point of points) {
    if (!Number.isFinite(point.y)) {
      pen = 'M';
      continue;
    }
    const { x, y } = position(area, point);
    path += `${pen}${x.toFixed(2)} ${y.toFixed(2)}`;
    pen = 'L';
    if (style.dot > 0) {
      dots.push(element('circle', { cx: x, cy: y, r: style.dot, fill: style.color }));
    }
  }
  const rounded = { fill: 'none', 'stroke-linejoin': 'round' };
  return element(
    'g',
    { class: 'curve' },
    element('path', { d: path, ...rounded, ...strokes(style) }),
    ...dots,
  );
}

/** A sample of the curve's style and its name, at (x, y). */
export function drawLegendEntry(x: number, y: number, name: string, style: CurveStyle): string {
  return element(
    'g',
    { class: 'legend' },
    line(x, y - 4, x + 26, y - 4, strokes(style)),
    label(x + 34, y, name),
  );
}
