/** What a benchmark finds: one figure, the bar it is held against, and the measurements behind it. */
import { median } from './statistics.js';

/** Repeated measurements of one thing. */
export interface Series {
  label: string;
  unit: string;
  values: readonly number[];
}

export type Bar = { atLeast: number } | { atMost: number };

export interface Finding {
  what: string;
  value: number;
  /** Of `value` and of the bar; '×' for a ratio, empty for a number without one. */
  unit: string;
  /** Left out where a figure is told for its own sake. */
  bar?: Bar;
  series: Series[];
}

/** How many times the median rate of `ours` is that of `theirs`. */
export function rateRatio(what: string, ours: Series, theirs: Series, bar?: Bar): Finding {
  const value = median(ours.values) / median(theirs.values);
  return { what, value, unit: '×', ...(bar && { bar }), series: [ours, theirs] };
}

/** Whether the figure clears its bar; NaN never does. */
export function meets({ value, bar }: Finding): boolean {
  if (bar === undefined) return true;
  return 'atLeast' in bar ? value >= bar.atLeast : value <= bar.atMost;
}
