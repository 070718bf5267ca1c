/** Runs as a table, a line for each, with the columns that the terminal has room for. */
import type { RunSummary } from '../training/index.js';
import { beginning, figures, identity, none, type RunColumn } from './runColumns.js';
import type { Style } from './style.js';
import { alignColumns, plural } from './text.js';

const columns: readonly RunColumn[] = [...identity, ...figures, beginning];

/**
 * Lines of at most `width` columns, unless the names and validation figures alone are wider; the last says what is
 * left out. Figures that no run has are not in the table.
 */
export function runsTable(runs: readonly RunSummary[], width: number, style: Style): string[] {
  const known = columns.filter(({ show }) => runs.some((run) => show(run) !== none));
  const leaving = known.filter(({ rank }) => rank > 0).toSorted((a, b) => b.rank - a.rank);
  let left = 0;
  let lines = draw(runs, known);
  while (lines.some((line) => line.length > width) && left < leaving.length) {
    left += 1;
    const out = new Set(leaving.slice(0, left));
    lines = draw(
      runs,
      known.filter((column) => !out.has(column)),
    );
  }
  const [head = '', ...rows] = lines;
  return [style.dim(head), ...rows, ...absence(leaving.slice(0, left), width).map(style.dim)];
}

function draw(runs: readonly RunSummary[], shown: readonly RunColumn[]): string[] {
  const head = shown.map(({ title }) => title);
  const rows = runs.map((run) => shown.map(({ show }) => show(run)));
  return alignColumns([head, ...rows], shown.map(({ side }) => side).join(''));
}

function absence(out: readonly RunColumn[], width: number): string[] {
  if (out.length === 0) return [];
  const all = `No room for ${out.map(({ title }) => title).join(', ')}`;
  return [all.length <= width ? all : `No room for ${plural(out.length, 'column')}`];
}
