/** Measured speeds as lines: one for each case and side, what failed with its error below. */
import { sideNames, type BenchmarkRow, type Figures } from '../benchmark/index.js';
import { alignColumns } from './text.js';

interface Column {
  title: string;
  show: (row: BenchmarkRow) => string;
}

const none = '–';

/** Three digits, no power of ten. */
function three(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}

const figure =
  (value: (figures: Figures) => number) =>
  ({ figures }: BenchmarkRow): string =>
    figures === null ? none : three(value(figures));

const inUnits = (value: number | null, unit: number): string =>
  value === null ? none : three(value / unit);

const subject: readonly Column[] = [
  { title: 'model', show: ({ model }) => model },
  { title: 'mode', show: ({ mode }) => mode },
  { title: 'device', show: ({ device }) => device },
  { title: 'precision', show: ({ precision }) => precision },
];

const sideColumn: Column = { title: 'side', show: ({ side }) => sideNames[side] };

/** One process has none. */
const quartiles: Column = {
  title: 'quartiles',
  show: ({ figures }) => figures?.quartiles.map(three).join('–') ?? none,
};

const measured: readonly Column[] = [
  { title: 'batch', show: ({ batchSize }) => String(batchSize) },
  { title: 'images/s', show: figure(({ samplesPerSecond }) => samplesPerSecond) },
  quartiles,
  { title: 'step ms', show: figure(({ stepMs }) => stepMs.median) },
  { title: 'p95', show: figure(({ stepMs }) => stepMs.p95) },
  { title: 'peak MB', show: figure(({ peakMegabytes }) => peakMegabytes) },
  { title: 'first s', show: figure(({ firstResultSeconds }) => firstResultSeconds) },
  { title: 'params M', show: ({ parameters }) => inUnits(parameters, 1e6) },
  { title: 'GMACs', show: ({ macs }) => inUnits(macs, 1e9) },
];

const ratioColumn: Column = {
  title: 'ours ×',
  show: ({ ratio }) => (ratio === null ? '' : ratio.toFixed(2)),
};

export function benchmarkTable(rows: readonly BenchmarkRow[], rounds: number): string[] {
  const compares = rows.some(({ side }) => side !== 'roentgen');
  const left = [...subject, ...(compares ? [sideColumn] : [])];
  const figures = measured.filter((column) => rounds > 1 || column !== quartiles);
  const columns = [...left, ...figures, ...(compares ? [ratioColumn] : [])];
  const table = alignColumns(
    [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ show }) => show(row)))],
    `${'l'.repeat(left.length)}r`,
  );
  const failures = rows.flatMap((row) =>
    row.error === null
      ? []
      : [`${nameOf(row)}: ${row.error.message.trimEnd()} [${row.error.code}]`],
  );
  return [...table, '', describe(rounds, compares), ...failures];
}

function nameOf({ model, mode, device, precision, batchSize, side }: BenchmarkRow): string {
  return `${model} ${mode} ${device} ${precision} ${batchSize}, ${sideNames[side]}`;
}

function describe(rounds: number, compares: boolean): string {
  const spread =
    rounds === 1
      ? 'One process of each'
      : `Medians of ${rounds} processes of each, images/s with their quartiles`;
  const ratio = compares ? '; ours ×: how many times the images/s of that side are ours' : '';
  return `${spread}, in turn${ratio}.`;
}
