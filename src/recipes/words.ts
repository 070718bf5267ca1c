/** Figures, verdicts and times as pages and tables word them. */
import type { ComparedFigure } from './compare.js';
import type { Reproduction } from './types.js';
import type { Measured } from './verdict.js';

/** "0.907", "129 s". */
export function valueText({ value }: Measured, unit: string | null): string {
  return `${numberText(value, unit)}${unit === null ? '' : ` ${unit}`}`;
}

/** "(0.882 to 0.927)"; nothing where there is no interval. */
export function intervalText({ interval }: Measured, unit: string | null): string {
  if (interval === null) return '';
  return `(${numberText(interval.low, unit)} to ${numberText(interval.high, unit)})`;
}

/** "0.907 (0.882 to 0.927)". */
export function measuredText(measured: Measured, unit: string | null): string {
  return `${valueText(measured, unit)} ${intervalText(measured, unit)}`.trimEnd();
}

function numberText(value: number, unit: string | null): string {
  if (Number.isInteger(value) && Math.abs(value) > 1) return value.toLocaleString('en-US');
  return value.toFixed(unit === null ? 3 : 1);
}

/** "reproduced 5, beaten 1, not reproduced 2". */
export function verdictCounts(figures: readonly ComparedFigure[]): string {
  const counts = new Map<string, number>();
  for (const { verdict } of figures) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const order = ['beaten', 'reproduced', 'not reproduced', 'not computed', 'not compared'];
  return order
    .flatMap((name) => (counts.has(name) ? `${name} ${counts.get(name) ?? 0}` : []))
    .join(', ');
}

/** 134 → "2 min 14 s". */
export function durationText(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export const quickText =
  'A quick run: small images, an epoch, and phantoms where no data were named. It shows that every step runs and writes ' +
  'what it promises. Its figures mean nothing, and are not compared.';

/** What stood behind the figures. */
export function settingText({ seeds, machine, seconds, finishedAt }: Reproduction): string {
  const seed = seeds.length === 1 ? 'Seed' : 'Seeds';
  const given = seeds.length === 0 ? '' : `${seed} ${seeds.join(', ')}. `;
  return `${given}${machine}. ${durationText(seconds)} in all, ${finishedAt.slice(0, 10)}.`;
}
