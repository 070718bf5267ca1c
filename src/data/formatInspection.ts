/** An inspection as text for the terminal. */
import { countValues } from './collections.js';
import { traits } from './inspect.js';
import type { Inspection, Range, Trait } from './inspect.js';
import { formatCount, plural } from './words.js';

const traitWords: Readonly<Record<Trait, string>> = {
  alpha: 'with alpha',
  sixteenBit: '16-bit',
  multiPage: 'animated or multi-page',
  rotatedByExif: 'rotated by EXIF',
};

const listedProblems = 10;

/** Aligned tables, LF line ends, no colors; the problems by kind, and the first ten in full. */
export function formatInspection(inspection: Inspection): string {
  const { root, kind, images, sizeBytes } = inspection;
  const sections = [
    [`${root} (${kind}): ${plural(images, 'image')}, ${formatBytes(sizeBytes)}`],
    formatClasses(inspection),
    formatFacts(inspection),
    formatSizes(inspection),
    formatProblems(inspection),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function formatClasses({ classes, splits, images }: Inspection): string[] {
  const totals = splits.map((_, column) =>
    classes.reduce((sum, row) => sum + (row.splits[column] ?? 0), 0),
  );
  const rows = [...classes, { name: 'total', splits: totals, images }];
  return alignColumns([
    ['class', ...splits, 'images'],
    ...rows.map((row) => [
      row.name ?? '(no label)',
      ...[...row.splits, row.images].map(formatCount),
    ]),
  ]);
}

function formatFacts(inspection: Inspection): string[] {
  const { groups, formats, colors, traits: counts, sizes } = inspection;
  const { group, images } = groups.largest;
  const special = traits
    .filter((trait) => counts[trait] > 0)
    .map((trait) => [traitWords[trait], counts[trait]] as const);
  const acrossSplits: [string, string][] =
    inspection.splits.length === 0
      ? []
      : [['in several splits', plural(groups.acrossSplits, 'group')]];
  const facts: [string, string][] = [
    ['groups', `${formatCount(groups.count)}, the largest ${group} (${plural(images, 'image')})`],
    ...acrossSplits,
    ['file types', listCounts(Object.entries(formats))],
    ['colors', listCounts(Object.entries(colors))],
    ['special', listCounts(special)],
    ['width', formatRange(sizes.width)],
    ['height', formatRange(sizes.height)],
  ];
  const widest = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(widest)}  ${value}`);
}

function formatSizes({ sizes: { distinct, mostCommon } }: Inspection): string[] {
  const rows = mostCommon.map(({ width, height, images }) => [
    `${width}×${height}`,
    formatCount(images),
  ]);
  const others = distinct - mostCommon.length;
  return [
    ...alignColumns([['size', 'images'], ...rows]),
    ...(others > 0 ? [`and ${plural(others, 'other size')}`] : []),
  ];
}

function formatProblems({ problems }: Inspection): string[] {
  if (problems.length === 0) return ['no problems'];
  const others = problems.length - listedProblems;
  return [
    `${plural(problems.length, 'problem')}: ${listCounts(countValues(problems.map(({ code }) => code)))}`,
    ...problems.slice(0, listedProblems).map(({ file, message }) => `  ${file}: ${message}`),
    ...(others > 0 ? [`  and ${plural(others, 'other')}`] : []),
  ];
}

/** The first column to the left, the others, which are numbers, to the right. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  '),
  );
}

function listCounts(counts: Iterable<readonly [string, number]>): string {
  const listed = [...counts].map(([name, count]) => `${name} ${formatCount(count)}`);
  return listed.length === 0 ? 'none' : listed.join(', ');
}

function formatRange(range: Range | null): string {
  if (range === null) return 'unknown';
  return range.min === range.max ? `${range.min} pixels` : `${range.min} to ${range.max} pixels`;
}

/** Decimal units, as disks and `ls --si` count. */
function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const unit = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** unit;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}
