/** Measured speeds as lines: one for each case and side, what failed with its error below. */
import { sideNames, type BenchmarkRow, type Figures } from '../benchmark/index.js';
import { fittingTable, none, type Column } from './fittingTable.js';
import type { Style } from './style.js';
import { plural } from './text.js';

/** Three digits, no power of ten. */
function three(value: number): string {
  return value >= 99.95 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}

const figure =
  (value: (figures: Figures) => number) =>
  ({ figures }: BenchmarkRow): string =>
    figures === null ? none : three(value(figures));

const inUnits = (value: number | null, unit: number): string =>
  value === null ? none : three(value / unit);

/** One process has no spread. */
function quartiles({ figures }: BenchmarkRow): string {
  return figures && figures.perRound.length > 1 ? figures.quartiles.map(three).join('–') : none;
}

const columns: readonly Column<BenchmarkRow>[] = [
  { title: 'model', side: 'l', rank: 0, show: ({ model }) => model },
  { title: 'mode', side: 'l', rank: 0, show: ({ mode }) => mode },
  { title: 'device', side: 'l', rank: 0, show: ({ device }) => device },
  { title: 'precision', side: 'l', rank: 0, show: ({ precision }) => precision },
  { title: 'batch', side: 'r', rank: 0, show: ({ batchSize }) => String(batchSize) },
];

const sideColumn: Column<BenchmarkRow> = {
  ...{ title: 'by', side: 'l', rank: 0 },
  show: ({ side }) => sideNames[side],
};

const figureColumns: readonly Column<BenchmarkRow>[] = [
  {
    ...{ title: 'images/s', side: 'r', rank: 0 },
    show: figure(({ samplesPerSecond }) => samplesPerSecond),
  },
  { title: 'quartiles', side: 'r', rank: 4, show: quartiles },
  { title: 'step ms', side: 'r', rank: 1, show: figure(({ stepMs }) => stepMs.median) },
  { title: 'p95', side: 'r', rank: 5, show: figure(({ stepMs }) => stepMs.p95) },
  {
    ...{ title: 'peak MB', side: 'r', rank: 2 },
    show: figure(({ peakMegabytes }) => peakMegabytes),
  },
  {
    ...{ title: 'first s', side: 'r', rank: 3 },
    show: figure(({ firstResultSeconds }) => firstResultSeconds),
  },
  { title: 'params M', side: 'r', rank: 7, show: ({ parameters }) => inUnits(parameters, 1e6) },
  { title: 'GMACs', side: 'r', rank: 6, show: ({ macs }) => inUnits(macs, 1e9) },
  {
    ...{ title: 'ratio', side: 'r', rank: 0 },
    show: ({ ratio }) => (ratio === null ? none : `${ratio.toFixed(2)}×`),
  },
];

/** Lines of at most `width` columns where that is possible. */
export function benchmarkTable(
  rows: readonly BenchmarkRow[],
  rounds: number,
  width: number,
  style: Style,
): string[] {
  const compares = rows.some(({ side }) => side !== 'roentgen');
  const shown = [...columns, ...(compares ? [sideColumn] : []), ...figureColumns];
  return [
    ...fittingTable(rows, shown, width, style),
    '',
    describe(rounds, compares),
    ...failuresOf(rows),
  ];
}

/** Each error once, with the first row that failed by it and the number of the others. */
function failuresOf(rows: readonly BenchmarkRow[]): string[] {
  const failed = new Map<string, string[]>();
  for (const row of rows) {
    if (row.error === null) continue;
    const error = `${row.error.message.trimEnd()} [${row.error.code}]`;
    failed.set(error, [...(failed.get(error) ?? []), nameOf(row)]);
  }
  return [...failed].map(([error, [first = '', ...others]]) => {
    const more = others.length > 0 ? ` and ${plural(others.length, 'other')}` : '';
    return `${first}${more}: ${error}`;
  });
}

function nameOf({ model, mode, device, precision, batchSize, side }: BenchmarkRow): string {
  return `${model} ${mode} ${device} ${precision} ${batchSize}, ${sideNames[side]}`;
}

function describe(rounds: number, compares: boolean): string {
  const spread =
    rounds === 1
      ? 'One process of each.'
      : `${rounds} processes of each, in turn: medians, and quartiles of images/s.`;
  const ratio = 'ratio: images/s of roentgen over those of the side, median of the rounds.';
  return compares ? `${spread}\n${ratio}` : spread;
}
