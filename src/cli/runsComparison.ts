/** Runs side by side: the settings that differ, and the figures with the best of each marked. */
import type { RunComparison, RunSummary } from '../training/index.js';
import { flagName } from './flags.js';
import { none } from './fittingTable.js';
import { bestValue, figures, orders } from './runColumns.js';
import type { Style } from './style.js';
import { alignColumns, plural } from './text.js';

/** What is longer, a list of classes, say, loses its middle; --json has it all. */
const widestCell = 28;
const gap = 2;
const bestMark = ' *';
const hashDigits = 12;

/** A label, then a cell for each run. */
type Row = readonly string[];

/** Lines of at most `width` columns: the table in parts of as many runs as fit, one at least, and what to know of it. */
export function comparisonLines(
  runs: readonly RunSummary[],
  comparison: RunComparison,
  width: number,
  style: Style,
): string[] {
  const rows = [
    ['', ...runs.map(({ name }) => name)],
    ...dataRows(runs, comparison),
    ...settingRows(comparison),
    [''],
    ...figureRows(runs, comparison),
  ].map(([label = '', ...cells]) => [label, ...cells.map((cell) => withMark(cut(cell)))]);
  const parts = partsThatFit(rows, width).map((columns) => {
    const part = rows.map((row) => [0, ...columns].map((column) => row[column] ?? ''));
    const [head = '', ...lines] = alignColumns(part, 'lr');
    return [style.dim(head), ...lines, ''];
  });
  return [...parts.flat(), ...notes(comparison)];
}

/** Only where it is not the same: the path alone would tell runs apart that were given it otherwise. */
function dataRows(runs: readonly RunSummary[], { validationDiffers }: RunComparison): Row[] {
  return validationDiffers === 'data'
    ? [['data hash', ...runs.map(({ dataHash }) => dataHash.slice(0, hashDigits))]]
    : [];
}

function settingRows({ differing }: RunComparison): Row[] {
  return differing.map(({ setting, values }) => [flagName(setting), ...values.map(settingText)]);
}

function settingText(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return none;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function figureRows(runs: readonly RunSummary[], { validationDiffers }: RunComparison): Row[] {
  const known = figures.filter(({ show }) => runs.some((run) => show(run) !== none));
  return known.map(({ title, show, order }) => {
    const comparable = order !== undefined && validationDiffers === null;
    const best = comparable ? bestValue(runs, order) : null;
    const isBest = (run: RunSummary): boolean =>
      order !== undefined && best !== null && orders[order].value(run) === best;
    return [title, ...runs.map((run) => `${show(run)}${isBest(run) ? bestMark : ''}`)];
  });
}

/** Figures stand in line, marked or not. */
function withMark(cell: string): string {
  return cell.endsWith(bestMark) ? cell : cell + ' '.repeat(bestMark.length);
}

function cut(cell: string): string {
  if (cell.length <= widestCell) return cell;
  const half = (widestCell - 1) / 2;
  return `${cell.slice(0, Math.ceil(half))}…${cell.slice(-Math.floor(half))}`;
}

/** The runs of each part, by their column from 1. */
function partsThatFit(rows: readonly Row[], width: number): number[][] {
  const widthOf = (column: number): number =>
    gap + Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const count = (rows[0]?.length ?? 1) - 1;
  const parts: number[][] = [];
  let left = 0;
  for (let column = 1; column <= count; column += 1) {
    const part = parts.at(-1);
    if (part === undefined || widthOf(column) > left) {
      parts.push([column]);
      left = width - widthOf(0) + gap - widthOf(column);
    } else {
      part.push(column);
      left -= widthOf(column);
    }
  }
  return parts;
}

const validationNotes: Readonly<Record<'data' | 'images', string>> = {
  data: 'They have different data: figures do not compare, and no best is marked.',
  images: 'They validate on different images: figures do not compare, no best is marked.',
};

function notes({ common, validationDiffers, testDiffers }: RunComparison): string[] {
  return [
    `${plural(common.length, 'setting')} ${common.length === 1 ? 'is' : 'are'} the same.`,
    validationDiffers
      ? validationNotes[validationDiffers]
      : '* best. Test figures are not to choose by.',
    ...(testDiffers ? ['They were tested on different images: test figures do not compare.'] : []),
  ];
}
