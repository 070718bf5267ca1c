/** Findings as lines for a terminal and as the table of docs/benchmarks.md. */
import { meets, type Bar, type Finding, type Series } from './finding.js';
import type { MachineRow } from './machine.js';
import { median } from './statistics.js';

/** What one part of the benchmark measured, and how. */
export interface Section {
  name: string;
  method: string;
  findings: Finding[];
}

export function formatSection({ name, findings }: Section): string {
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
  const description = machine.map(({ what, value }) => `- ${what}: ${value}`);
  return [
    '# Benchmarks',
    'Written by `npm run bench -- --markdown docs/benchmarks.md`. Both sides of a ratio were measured in the same run, ' +
      'in turn, each time in a fresh process; trust the ratios, not the absolute figures. ' +
      'Measured values are medians, with the lowest, the highest and the number of measurements.',
    description.join('\n'),
    ...sections.flatMap(formatTable),
  ]
    .join('\n\n')
    .concat('\n');
}

function formatTable({ name, method, findings }: Section): string[] {
  const rows = findings.map((finding) => [
    finding.what,
    `**${figure(finding.value, finding.unit)}**`,
    finding.bar === undefined
      ? ''
      : `${bound(finding.bar, finding.unit)} ${meets(finding) ? '✓' : '✗'}`,
    finding.series.map(describe).join('; '),
  ]);
  const header = ['', 'Figure', 'Bar', 'Measured'];
  const table = [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return [`## ${name}`, method, table.join('\n')];
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
  return unit === '×' ? `${value.toFixed(2)}×` : `${rounded(value)} ${unit}`;
}

/** Three significant digits, without an exponent. */
function rounded(value: number): string {
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
