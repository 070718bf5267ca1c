/** Tables and chart: timm's columns, every figure in its place. */
import test from 'ava';
import { accuracyCsv, accuracyMarkdown } from '../../src/benchmark/accuracyTables.js';
import type { AccuracyRow } from '../../src/benchmark/accuracyRow.js';
import { rowsOf } from '../../src/benchmark/rows.js';
import { barsOf, speedCsv } from '../../src/benchmark/tables.js';
import { benchmarkTable } from '../../src/cli/benchmarkTable.js';
import { parseCsv } from '../../src/data/index.js';
import { throughputSvg } from '../../src/report/index.js';
import { texts } from '../report/svgParts.js';
import { styleFor } from '../../src/cli/style.js';
import { made, measured } from './support.js';

/** What timm's benchmark.py writes where it infers and trains, in its order. */
const timm = [
  'model',
  'infer_samples_per_sec',
  'infer_step_time',
  'infer_batch_size',
  'infer_img_size',
  'infer_gmacs',
  'train_samples_per_sec',
  'train_step_time',
  'train_batch_size',
  'train_img_size',
  'param_count',
];

// torchvision's figures of its resnet18: 11,689,512 parameters, 1.814 GFLOPS.
const resnet18 = { parameters: 11_689_512, macs: 1_814_073_344 };
const infer = made();
const train = made({ mode: 'train' });
const failure = { code: 'ERR_OUT_OF_MEMORY', message: 'no memory, "none"\nat all' } as const;
const rows = rowsOf([
  {
    ...{ measured: infer, side: 'roentgen', error: null },
    processes: [measured([20, 20, 20, 40], resnet18), measured([20, 20, 20, 40], resnet18)],
  },
  {
    measured: infer,
    side: 'pytorch',
    processes: [1, 2].map(() => measured([50], { ...resnet18, macs: null })),
    error: null,
  },
  { measured: train, side: 'roentgen', processes: [measured([100], resnet18)], error: null },
  { measured: train, side: 'pytorch', processes: [], error: failure },
]);

function records(csv: string): Record<string, string>[] {
  const [header, ...lines] = parseCsv(csv, 'test.csv').map(({ cells }) => cells);
  return lines.map((cells) =>
    Object.fromEntries((header ?? []).map((name, at) => [name, cells[at] ?? ''])),
  );
}

const plain = styleFor({});

test("the CSV file begins with timm's columns, in its order and units", (t) => {
  const csv = speedCsv(rows);
  t.deepEqual(csv.split('\n')[0]?.split(',').slice(0, timm.length), timm);
  const [ours] = records(csv);
  t.like(ours, {
    model: 'resnet18',
    infer_samples_per_sec: '320', // 4 steps of 8 images in 100 ms
    infer_step_time: '25',
    infer_batch_size: '8',
    infer_img_size: '224',
    infer_gmacs: '1.814',
    train_samples_per_sec: '80',
    train_step_time: '100',
    param_count: '11.69',
    side: 'roentgen',
    device: 'cpu',
    precision: 'fp32',
    infer_step_time_median: '20',
    infer_step_time_p95: '40',
    error: '',
  });
});

test('a side has a line of its own, where what failed is empty and told', (t) => {
  const lines = records(speedCsv(rows));
  t.is(lines.length, 2);
  t.like(lines[1], {
    side: 'pytorch',
    infer_samples_per_sec: '160',
    infer_roentgen_ratio: '2',
    infer_gmacs: '1.814',
    train_samples_per_sec: '',
    train_roentgen_ratio: '',
    error: 'train: no memory, "none" at all',
  });
});

test('modes that were not measured have no columns', (t) => {
  const [header = ''] = speedCsv(rows.filter(({ mode }) => mode === 'train')).split('\n');
  t.regex(header, /^model,train_samples_per_sec,/);
  t.notRegex(header, /infer/);
});

test('the table has a line for each side, and the errors below it', (t) => {
  const lines = benchmarkTable(rows, 2, Infinity, plain);
  t.regex(lines[0] ?? '', /model +mode +device +precision +batch +by +images\/s/);
  t.regex(lines[1] ?? '', /resnet18 +infer +cpu +fp32 +8 +roentgen +320 +320–320 +20\.0 +40\.0/);
  t.regex(lines[2] ?? '', /PyTorch .* 2\.00×$/);
  t.regex(
    lines.at(-1) ?? '',
    /^resnet18 train cpu fp32 8, PyTorch: no memory.*\[ERR_OUT_OF_MEMORY\]$/s,
  );
});

test('an error that several rows have in common is told once', (t) => {
  const failed = rowsOf(
    [1, 8, 32].map((batchSize) => {
      return {
        measured: made({ batchSize }),
        ...{ side: 'roentgen' as const, processes: [], error: failure },
      };
    }),
  );
  const told = benchmarkTable(failed, 1, Infinity, plain).filter((line) =>
    line.includes(failure.code),
  );
  t.is(told.length, 1);
  t.regex(told[0] ?? '', /^resnet18 infer cpu fp32 1, roentgen and 2 others: no memory/);
});

test('a narrow terminal loses the figures that matter least, and hears which', (t) => {
  const lines = benchmarkTable(rows, 2, 80, plain);
  const table = lines.slice(0, lines.indexOf(''));
  t.true(
    table.every(({ length }) => length <= 80),
    table.join('\n'),
  );
  t.regex(lines[0] ?? '', /images\/s .*ratio$/);
  t.regex(table.at(-1) ?? '', /^No room for params M, GMACs/);
});

test('without others the table has neither sides nor ratios', (t) => {
  const [header = ''] = benchmarkTable(
    rows.filter(({ side }) => side === 'roentgen'),
    ...([1, Infinity, plain] as const),
  );
  t.notRegex(header, /by|ratio/);
});

test('the chart has a panel for each mode, a bar for each side that worked, and their numbers', async (t) => {
  const shown = texts(await throughputSvg(barsOf(rows)));
  for (const text of ['Inference, cpu, batch 8', 'Training, cpu, batch 8', '320', '160', '80.0']) {
    t.true(shown.includes(text), text);
  }
  t.true(shown.includes('roentgen, fp32') && shown.includes('PyTorch, fp32'));
  t.is(barsOf(rows).length, 3);
});

const trained: AccuracyRow = {
  model: 'lmap3',
  accuracy: { value: 0.9, low: 0.85, high: 0.9375, method: 'wilson' },
  auroc: null,
  secondsPerEpoch: 12.3456,
  parameters: 287_558,
  bestEpoch: 3,
  validation: 100,
  runDirectory: 'benchmark/runs/lmap3',
  error: null,
};
const untrained: AccuracyRow = {
  ...trained,
  ...{ model: 'a,b', accuracy: null, secondsPerEpoch: null, parameters: null, bestEpoch: null },
  ...{ runDirectory: null, error: { code: 'ERR_DIVERGED', message: 'not finite' } },
};

test('accuracy by model is read back from its CSV file', (t) => {
  const [first, second] = records(accuracyCsv([trained, untrained]));
  t.deepEqual(first, {
    model: 'lmap3',
    accuracy: '0.9',
    accuracy_low: '0.85',
    accuracy_high: '0.9375',
    ...{ auroc: '', auroc_low: '', auroc_high: '' },
    seconds_per_epoch: '12.346',
    param_count: '0.2876',
    best_epoch: '3',
    run: 'benchmark/runs/lmap3',
    error: '',
  });
  t.like(second, { model: 'a,b', accuracy: '', error: 'not finite' });
});

test('accuracy by model in Markdown: an aligned table with intervals', (t) => {
  const lines = accuracyMarkdown([trained, untrained]).trimEnd().split('\n');
  t.is(new Set(lines.map(({ length }) => length)).size, 1, 'aligned');
  t.regex(lines[1] ?? '', /^\| -+ \| -+: \|/);
  t.regex(
    lines[2] ?? '',
    /^\| lmap3 \| +0\.900 \[0\.850, 0\.938\] \| +– \| +12\.3 \| +287,558 \|$/,
  );
  t.regex(lines[3] ?? '', /failed/);
});
