/** Measurements as a CSV file with timm's columns, and as the bars of a chart. */
import { groupItems } from '../data/index.js';
import { csvLine } from '../evaluation/index.js';
import type { ThroughputBar } from '../report/index.js';
import { modes, type Mode } from './options.js';
import type { Side } from './plan.js';
import type { BenchmarkRow } from './rows.js';

/** In the words of those who make them. */
export const sideNames: Readonly<Record<Side, string>> = {
  roentgen: 'roentgen',
  pytorch: 'PyTorch',
  onnxruntime: 'onnxruntime',
};

type Cell = string | number;
interface Column {
  name: string;
  value: (row: BenchmarkRow) => Cell | null;
}

const rounded = (value: number | null | undefined, decimals: number): number | null =>
  value === null || value === undefined ? null : Number(value.toFixed(decimals));
/** Of 10⁶ or 10⁹: timm's two decimals would make small networks zero. */
const scaled = (value: number | null, unit: number): number | null =>
  value === null ? null : Number((value / unit).toPrecision(4));

/** As timm's benchmark.py names them and in its units, with `infer_` or `train_` in front of each. */
const timmColumns: readonly Column[] = [
  { name: 'samples_per_sec', value: ({ figures }) => rounded(figures?.samplesPerSecond, 2) },
  { name: 'step_time', value: ({ figures }) => rounded(figures?.stepMs.mean, 3) },
  { name: 'batch_size', value: ({ batchSize }) => batchSize },
  { name: 'img_size', value: ({ image }) => image.width },
];

/** In 10⁹. */
const gmacs: Column = { name: 'gmacs', value: ({ macs }) => scaled(macs, 1e9) };

/** What timm does not measure, named alike. */
const ownColumns: readonly Column[] = [
  { name: 'samples_per_sec_q1', value: ({ figures }) => rounded(figures?.quartiles[0], 2) },
  { name: 'samples_per_sec_q3', value: ({ figures }) => rounded(figures?.quartiles[1], 2) },
  { name: 'step_time_median', value: ({ figures }) => rounded(figures?.stepMs.median, 3) },
  { name: 'step_time_p95', value: ({ figures }) => rounded(figures?.stepMs.p95, 3) },
  { name: 'peak_memory_mb', value: ({ figures }) => rounded(figures?.peakMegabytes, 1) },
  { name: 'first_result_s', value: ({ figures }) => rounded(figures?.firstResultSeconds, 3) },
  { name: 'roentgen_ratio', value: ({ ratio }) => rounded(ratio, 3) },
];

/** Of a line: what its rows share. */
const leading: readonly Column[] = [{ name: 'model', value: ({ model }) => model }];
const trailing: readonly Column[] = [
  { name: 'param_count', value: ({ parameters }) => scaled(parameters, 1e6) },
  { name: 'side', value: ({ side }) => side },
  { name: 'device', value: ({ device }) => device },
  { name: 'precision', value: ({ precision }) => precision },
];

/**
 * As timm has it, one line for what it infers and trains: of each model on a device, in a precision, with a batch size,
 * on a side. What was not measured is empty; `error` says why.
 */
export function speedCsv(rows: readonly BenchmarkRow[]): string {
  const measured = modes.filter((mode) => rows.some((row) => row.mode === mode));
  const columnsOf = (mode: Mode): Column[] =>
    mode === 'infer' ? [...timmColumns, gmacs] : [...timmColumns];
  const header = [
    ...leading.map(({ name }) => name),
    ...measured.flatMap((mode) => columnsOf(mode).map(({ name }) => `${mode}_${name}`)),
    ...trailing.map(({ name }) => name),
    ...measured.flatMap((mode) => ownColumns.map(({ name }) => `${mode}_${name}`)),
    'error',
  ];
  const lines = groupItems(rows, keyOf);
  const body = Array.from(lines.values(), (line) => {
    const shared = (columns: readonly Column[]): Cell[] =>
      columns.map(({ value }) => (line[0] && value(line[0])) ?? '');
    const cells = (columns: readonly Column[], mode: Mode): Cell[] => {
      const row = line.find((each) => each.mode === mode);
      return columns.map(({ value }) => (row && value(row)) ?? '');
    };
    const errors = line.flatMap(({ mode, error }) => (error ? [`${mode}: ${error.message}`] : []));
    return csvLine([
      ...shared(leading),
      ...measured.flatMap((mode) => cells(columnsOf(mode), mode)),
      ...shared(trailing),
      ...measured.flatMap((mode) => cells(ownColumns, mode)),
      errors.join('; ').replaceAll('\n', ' '),
    ]);
  });
  return [csvLine(header), ...body].join('');
}

function keyOf({ model, side, device, precision, batchSize }: BenchmarkRow): string {
  return JSON.stringify([model, side, device, precision, batchSize]);
}

/** A panel for each mode, device and batch size; in it a group for each model and a color for each precision and side. */
export function barsOf(rows: readonly BenchmarkRow[]): ThroughputBar[] {
  const alone = rows.every(({ side }) => side === 'roentgen');
  return rows.flatMap(({ figures, model, mode, device, batchSize, precision, side }) => {
    if (figures === null) return [];
    const series = alone ? precision : `${sideNames[side]}, ${precision}`;
    const panel = `${mode === 'infer' ? 'Inference' : 'Training'}, ${device}, batch ${batchSize}`;
    const [low, high] = figures.quartiles;
    return [{ panel, model, series, value: figures.samplesPerSecond, low, high }];
  });
}
