/** Findings as lines for a terminal and as the tables of docs/benchmarks.md. */
import { meets, type Bar, type Finding, type Series } from './finding.js';
import type { MachineRow } from './machine.js';
import { median } from './statistics.js';

/** What one part of the benchmark measured, and how. */
export interface Section {
  name: string;
  method: string;
  findings: Finding[];
  /** Why there are no findings. */
  failure?: string;
}

export function formatSection({ name, findings, failure }: Section): string {
  if (failure !== undefined) return `== ${name}\n  not measured: ${failure}`;
  const lines = findings.flatMap((finding) => [
    `  ${finding.what}: ${figure(finding.value, finding.unit)}${verdict(finding)}`,
    ...finding.series.map((series) => `      ${describe(series)}`),
  ]);
  return [`== ${name}`, ...lines].join('\n');
}

/** A whole page: the machine, then a table for each part. */
export function formatMarkdown(
  machine: readonly MachineRow[],
  sections: readonly Section[],
): string {
  return join([
    '# Benchmarks',
    'Written by `npm run bench -- --markdown docs/benchmarks.md`. Both sides of a ratio were measured in the same run, ' +
      'in turn, each time in a fresh process; trust the ratios, not the absolute figures. ' +
      'Measured values are medians, with the lowest, the highest and the number of measurements.',
    machine.map(row).join('\n'),
    ...sections.flatMap((section) => formatTable(section)),
  ]);
}

/**
 * `page` with the sections that were measured now in the place of its own of those names, new ones at its end. They
 * tell where their machine differs from the one that the page describes. The rest stays as it was, and so does a
 * section that failed now.
 */
export function mergeMarkdown(
  page: string,
  machine: readonly MachineRow[],
  sections: readonly Section[],
): string {
  const [head = '', ...old] = page.split(/^(?=## )/m);
  const known = head.split('\n');
  const differing = machine.filter((each) => !known.includes(row(each)));
  const texts = new Map(old.map((text) => [/^## (.*)$/m.exec(text)?.[1] ?? '', text]));
  for (const section of sections) {
    if (section.failure !== undefined && texts.has(section.name)) continue;
    texts.set(section.name, join(formatTable(section, differing)));
  }
  return join([head, ...texts.values()].map((text) => text.trimEnd()));
}

const row = ({ what, value }: MachineRow): string => `- ${what}: ${value}`;
const join = (blocks: readonly string[]): string => `${blocks.join('\n\n').trimEnd()}\n`;

function formatTable(
  { name, method, findings, failure }: Section,
  differing: readonly MachineRow[] = [],
): string[] {
  const apart = differing.map(({ what, value }) => `${what}: ${value}`).join('; ');
  const text = [`## ${name}`, method, ...(apart === '' ? [] : [`Measured apart, with ${apart}.`])];
  if (failure !== undefined) return [...text, `Not measured: ${failure}`];
  const rows = findings.map((finding) => [
    finding.what,
    `**${figure(finding.value, finding.unit)}**`,
    finding.bar === undefined
      ? ''
      : `${bound(finding.bar, finding.unit)} ${meets(finding) ? '✓' : '✗'}`,
    finding.series.map(describe).join('; '),
  ]);
  const header = ['', 'Figure', 'Bar', 'Measured'];
  const table = [header, header.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  return [...text, table.join('\n')];
}

function verdict(finding: Finding): string {
  if (finding.bar === undefined) return '';
  const outcome = meets(finding) ? 'met' : 'MISSED';
  return ` (bar: ${bound(finding.bar, finding.unit)}, ${outcome})`;
}

function bound(bar: Bar, unit: string): string {
  return 'atLeast' in bar ? `≥ ${figure(bar.atLeast, unit)}` : `≤ ${figure(bar.atMost, unit)}`;
}

function describe({ label, unit, values }: Series): string {
  if (values.length === 1) return `${label} ${figure(median(values), unit)}`;
  const range = `${rounded(Math.min(...values))}–${rounded(Math.max(...values))}`;
  return `${label} ${figure(median(values), unit)} (${range}, n = ${values.length})`;
}

function figure(value: number, unit: string): string {
  return unit === '×' ? `${value.toFixed(2)}×` : `${rounded(value)} ${unit}`.trimEnd();
}

/** Three significant digits. */
function rounded(value: number): string {
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
