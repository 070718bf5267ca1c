/** Figures and counts as the report words them. */
import type { Estimate } from '../../evaluation/index.js';

/** A figure that is not defined. */
export const undefinedFigure = '–';

/** 0.8431 → "0.843", with a true minus. */
export function fixed(value: number | null, decimals = 3): string {
  if (value === null || !Number.isFinite(value)) return undefinedFigure;
  return value.toFixed(decimals).replace('-', '−');
}

/** "0.812 to 0.869" */
export function ends({ low, high }: Pick<Estimate, 'low' | 'high'>): string {
  return `${fixed(low)} to ${fixed(high)}`;
}

/** "0.843 (0.812 to 0.869)" */
export function withEnds(estimate: Estimate | null): string {
  return estimate === null ? undefinedFigure : `${fixed(estimate.value)} (${ends(estimate)})`;
}

/** 3404674 → "3,404,674". */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** "1 image", "2 images". */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** 0.1234 → "12.3%". */
export function percent(share: number | null): string {
  return share === null ? undefinedFigure : `${(100 * share).toFixed(1)}%`;
}

/** "once", "twice", "7 times". */
export function times(value: number): string {
  return ['never', 'once', 'twice'][value] ?? `${value} times`;
}

/** 72.43 → "72.4 s", 912.4 → "15 min 12 s". */
export function duration(seconds: number): string {
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** "2026-11-01T09:30:00.000Z" → "2026-11-01 09:30 UTC"; anything else as it is. */
export function moment(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/.exec(iso);
  return match === null ? iso : `${match[1] ?? ''} ${match[2] ?? ''} UTC`;
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "A", "A and B", "A, B and C". */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** As much of a hash as people compare. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}
