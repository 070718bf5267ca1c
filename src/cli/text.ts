/** Numbers, durations and tables as the command line words them. */

import type { TtaChoice } from '../evaluation/index.js';

/** 3404674 → "3,404,674". */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** "1 image", "2 images". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${count === 1 ? noun : `${noun}s`}`;
}

/** 0.0473 s → "0.05 s", 12.34 → "12.3 s", 134 → "2 min 14 s", 5040 → "1 h 24 min". */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A probability, 0.9731 → "97.3 %"; never 100 %, which no network can know. */
export function formatPercent(probability: number): string {
  return probability > 0.999 ? '> 99.9 %' : `${(probability * 100).toFixed(1)} %`;
}

/** A line for answers that are averaged, none for those that are not. */
export function describeTta(tta: TtaChoice): string {
  return tta === 'none' ? '' : 'Averaged over each image and its mirror image\n';
}

/** A countdown: 134 → "2:14", 5040 → "1:24:00". */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const twoDigits = (value: number): string => String(value).padStart(2, '0');
  const tail = `${hours > 0 ? twoDigits(minutes) : minutes}:${twoDigits(whole % 60)}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** Rows as aligned lines; `align` has 'l' or 'r' for each column, and the last letter serves the rest. */
export function alignColumns(rows: readonly (readonly string[])[], align = 'l'): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        const right = (align[column] ?? align.at(-1)) === 'r';
        return right ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
