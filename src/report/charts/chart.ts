/** What a chart is: a name, a sentence for those who cannot see it, and a Vega-Lite specification. */
import type { TopLevelSpec } from 'vega-lite';
import type { Ink } from './ink.js';

/** A Vega-Lite specification whose data are inline. */
export type Spec = TopLevelSpec;

export interface Chart {
  /** For a file: letters, digits and `_`. */
  name: string;
  /** What a screen reader says of it. */
  title: string;
  spec: (ink: Ink) => Spec;
}

/** `text` cut to `length` characters with an ellipsis. */
export function shorten(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}

/** Dashes for the curves of a chart, so that color is never the only difference. */
export const dashes: readonly [number[], number[], number[], ...number[][]] = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [4, 2],
  [10, 4],
];

/** Marker shapes, one per series, as Vega names them. */
export const shapes = [
  'circle',
  'diamond',
  'square',
  'triangle-up',
  'cross',
  'triangle-down',
] as const;

/** For layers with the same colors, of which only one has a legend. */
export const ownLegend = {
  resolve: {
    scale: { color: 'independent', strokeDash: 'independent', shape: 'independent' },
  },
} as const;

/** `count` values of `cycle`, repeated after the last. */
export function cycled<T>(cycle: readonly T[], count: number): T[] {
  return Array.from({ length: Math.ceil(count / cycle.length) }, () => cycle)
    .flat()
    .slice(0, count);
}

/** As `cycled`, each round begun one later: beside a cycle of the same length no pair comes twice. */
export function rotated<T>(cycle: readonly T[], count: number): T[] {
  const rounds = Array.from({ length: Math.ceil(count / cycle.length) }, (_, round) => {
    const start = round % cycle.length;
    return [...cycle.slice(start), ...cycle.slice(0, start)];
  });
  return rounds.flat().slice(0, count);
}
