/** Tables with the columns that the terminal has room for. */
import type { Style } from './style.js';
import { alignColumns, plural } from './text.js';

export interface Column<Item> {
  title: string;
  side: 'l' | 'r';
  /** Where the terminal is too narrow, the column with the highest number goes first; 0 never goes. */
  rank: number;
  show: (item: Item) => string;
}

/** Stands for a figure that there is not. */
export const none = '–';

/**
 * Lines of at most `width` columns, unless those that never go are wider; the last says what is left out. Columns in
 * which no item has anything are not in the table.
 */
export function fittingTable<Item>(
  items: readonly Item[],
  columns: readonly Column<Item>[],
  width: number,
  style: Style,
): string[] {
  const known = columns.filter(({ show }) => items.some((item) => show(item) !== none));
  const leaving = known.filter(({ rank }) => rank > 0).toSorted((a, b) => b.rank - a.rank);
  let left = 0;
  let lines = draw(items, known);
  while (lines.some((line) => line.length > width) && left < leaving.length) {
    left += 1;
    const out = new Set(leaving.slice(0, left));
    lines = draw(
      items,
      known.filter((column) => !out.has(column)),
    );
  }
  const [head = '', ...rows] = lines;
  return [style.dim(head), ...rows, ...absence(leaving.slice(0, left), width).map(style.dim)];
}

function draw<Item>(items: readonly Item[], shown: readonly Column<Item>[]): string[] {
  const head = shown.map(({ title }) => title);
  const rows = items.map((item) => shown.map(({ show }) => show(item)));
  return alignColumns([head, ...rows], shown.map(({ side }) => side).join(''));
}

function absence(out: readonly { title: string }[], width: number): string[] {
  if (out.length === 0) return [];
  const all = `No room for ${out.map(({ title }) => title).join(', ')}`;
  return [all.length <= width ? all : `No room for ${plural(out.length, 'column')}`];
}
