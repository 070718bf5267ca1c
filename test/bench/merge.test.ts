/** A page of benchmarks of which some parts are measured again. */
import test from 'ava';
import { formatMarkdown, formatSection, mergeMarkdown } from '../../scripts/bench/report.js';

const machine = [
  { what: 'CPU', value: 'abacus' },
  { what: 'date', value: '2026-01-01' },
];
const later = [
  { what: 'CPU', value: 'abacus' },
  { what: 'date', value: '2026-02-02' },
];
const section = (name: string, value: number) => ({
  name,
  method: `How ${name} was measured.`,
  findings: [{ what: `figure of ${name}`, value, unit: 's', series: [] }],
});
const page = formatMarkdown(machine, [section('one', 1), section('two', 2), section('three', 3)]);

test('parts measured again replace their own sections, and every other line stays', (t) => {
  const merged = mergeMarkdown(page, machine, [section('two', 5)]);
  t.is(
    merged,
    formatMarkdown(machine, [section('one', 1), section('two', 5), section('three', 3)]),
  );
});

test('a part that the page does not have yet comes at its end', (t) => {
  const merged = mergeMarkdown(page, machine, [section('four', 4)]);
  t.true(merged.startsWith(page.trimEnd()));
  t.regex(merged, /## four\n\nHow four was measured\.\n\n[^]*\*\*4 s\*\*/);
});

test('a section measured at another time says what was different, and the others do not', (t) => {
  const merged = mergeMarkdown(page, later, [section('two', 5)]);
  t.deepEqual(merged.match(/^Measured apart.*$/gm), ['Measured apart, with date: 2026-02-02.']);
  t.regex(merged, /^- date: 2026-01-01$/m);
  t.regex(merged, /How two was measured\.\n\nMeasured apart/);
});

test('a part that could not be measured says why, and costs the page no figures that it had', (t) => {
  const failed = { name: 'two', method: '', findings: [], failure: 'no rival here' };
  t.is(formatSection(failed), '== two\n  not measured: no rival here');
  t.regex(formatMarkdown(machine, [failed]), /## two\n\n.*Not measured: no rival here\n$/s);
  t.is(mergeMarkdown(page, later, [failed]), page);
});
