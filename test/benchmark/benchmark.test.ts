/** Whole benchmarks of small networks in their own processes; how fast they are is nobody's test. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import {
  benchmark,
  benchmarkAccuracy,
  listModels,
  loadModelSpec,
  systemInfo,
  type BenchmarkEvent,
} from '../../src/index.js';
import { locateOnnxruntime, pythonProgram, pytorchVersion } from '../../src/benchmark/index.js';
import { parseCsv } from '../../src/data/index.js';
import { Network } from '../../src/native/index.js';
import { roentgen, tinyData } from '../cli/program.js';
import { temporaryFolder } from '../temporaryFolder.js';

/** As little as can be measured: the first step, and five that are timed. */
const fast = { rounds: 1, warmUp: 0, seconds: 0.001 } as const;

test.serial(
  'two rounds of a small network give all figures, and files that hold them',
  async (t) => {
    const output = join(await temporaryFolder(t), 'out');
    const events: BenchmarkEvent[] = [];
    const result = await benchmark(
      { ...fast, models: ['lenet5'], batchSizes: [2], rounds: 2, output },
      { onEvent: (event) => events.push(event) },
    );
    t.is(result.output, output);
    t.deepEqual(
      result.rows.map(({ model, mode, side, error }) => [model, mode, side, error]),
      [
        ['lenet5', 'infer', 'roentgen', null],
        ['lenet5', 'train', 'roentgen', null],
      ],
    );
    for (const { figures } of result.rows) {
      t.is(figures?.perRound.length, 2);
      t.is(figures?.steps, 10);
      t.true((figures?.stepMs.p95 ?? 0) >= (figures?.stepMs.median ?? NaN));
      // Node alone takes 40 MB, LibTorch more; a lenet5 nothing beside them.
      t.true((figures?.peakMegabytes ?? 0) > 60 && (figures?.peakMegabytes ?? Infinity) < 2000);
      t.true((figures?.firstResultSeconds ?? 0) > 0.05);
    }
    t.deepEqual(
      events.map(({ round, done, processes, mode }) => [round, done, processes, mode]),
      [
        [1, 0, 4, 'infer'],
        [1, 1, 4, 'train'],
        [2, 2, 4, 'infer'],
        [2, 3, 4, 'train'],
      ],
    );
    t.deepEqual(readdirSync(output).sort(), [...result.files].sort());
    const { rows } = JSON.parse(
      readFileSync(join(output, 'benchmark.json'), 'utf8'),
    ) as typeof result;
    t.deepEqual(rows, result.rows);
    const csv = parseCsv(readFileSync(join(output, 'benchmark.csv'), 'utf8'), 'benchmark.csv');
    t.is(csv.length, 2);
    t.is(csv[1]?.cells[0], 'lenet5');
  },
);

test.serial(
  "parameters and multiply-accumulates of ResNet-18 are torchvision's, for two classes",
  async (t) => {
    const output = join(await temporaryFolder(t), 'out');
    const { rows } = await benchmark({ ...fast, modes: ['infer'], batchSizes: [1], output });
    // Of 1,000 classes it has 11,689,512 parameters and 1,814,073,344 multiply-accumulates; each class less, 513 and 512.
    t.like(rows[0], {
      error: null,
      parameters: 11_689_512 - 998 * 513,
      macs: 1_814_073_344 - 998 * 512,
      image: { channels: 3, height: 224, width: 224 },
    });
  },
);

test.serial(
  'what cannot be measured is a row with its error, and the rest is measured',
  async (t) => {
    const { cuda } = systemInfo();
    const output = join(await temporaryFolder(t), 'out');
    const { rows } = await benchmark({
      ...{ ...fast, output, models: ['autoencoder', 'vgg19', 'lenet5'], imgSize: 32 },
      ...{ devices: ['cuda', 'cpu'], modes: ['infer'], batchSizes: [2, 2] },
    });
    const outcome = Object.fromEntries(
      rows.map(({ model, device, error }) => [`${model} ${device}`, error?.code ?? 'measured']),
    );
    t.like(outcome, {
      'autoencoder cpu': 'ERR_UNSUPPORTED', // a reconstruction predicts nothing
      'lenet5 cpu': 'measured',
    });
    if (!cuda.available) t.is(outcome['lenet5 cuda'], 'ERR_DEVICE');
    t.is(rows.length, 6, 'a batch size that is named twice is measured once');
  },
);

test.serial(
  'a wrong option, or a model that does not exist, is told before anything is measured',
  async (t) => {
    const output = join(await temporaryFolder(t), 'out');
    await t.throwsAsync(benchmark({ output, models: ['resnet81'] }), { code: 'ERR_UNKNOWN_MODEL' });
    await t.throwsAsync(benchmark({ output, rounds: 0 }), {
      code: 'ERR_INVALID_ARGUMENT',
      message: /rounds/,
    });
    t.false(existsSync(output));
  },
);

test.serial('an aborted benchmark leaves nothing behind', async (t) => {
  const output = join(await temporaryFolder(t), 'out');
  const controller = new AbortController();
  const onEvent = (): void => controller.abort();
  await t.throwsAsync(
    benchmark({ ...fast, models: ['lenet5'], output }, { signal: controller.signal, onEvent }),
    { code: 'ABORT_ERR' },
  );
  t.false(existsSync(output));
});

async function hasPytorch(t: ExecutionContext): Promise<boolean> {
  return pytorchVersion().then(
    () => true,
    (error: unknown) => {
      t.log(`skipped: ${String(error)}`);
      t.pass();
      return false;
    },
  );
}

const countInPython = `
import json, sys
sys.path.insert(0, 'scripts/benchmark')
from networks import UnknownNetwork, build
for work in json.loads(sys.argv[1]):
    try:
        print(sum(each.numel() for each in build(work['spec'], work['shape']).parameters()))
    except UnknownNetwork as error:
        print(-1)
`;

test.serial('PyTorch builds the same networks, or says that it knows none such', async (t) => {
  if (!(await hasPytorch(t))) return;
  const works = listModels().map((name) => {
    const spec = loadModelSpec(name);
    const outputs = spec.task === 'reconstruction' ? 1 : spec.classes;
    return { spec, shape: { ...spec.input, outputs } };
  });
  const ours = works.map(({ spec, shape: { outputs, channels, height, width } }) => {
    using network = Network.build(spec, { outputs, channels, height, width }, 1);
    return spec.name === 'resnet50v2' ? -1 : network.summary().trainable;
  });
  const args = ['-B', '-c', countInPython, JSON.stringify(works)];
  const { stdout } = await promisify(execFile)(pythonProgram(), args);
  t.deepEqual(stdout.trim().split('\n').map(Number), ours);
});

test.serial('beside PyTorch and onnxruntime, in turn, rows have ratios', async (t) => {
  if (!(await hasPytorch(t))) return;
  const output = join(await temporaryFolder(t), 'out');
  const known = locateOnnxruntime() !== undefined;
  const { rows, notes } = await benchmark({
    ...{ ...fast, output, models: ['lenet5', 'resnet50v2'], imgSize: 64, batchSizes: [2] },
    ...{ modes: ['infer'], compare: ['pytorch', 'onnxruntime'] },
  });
  const of = (model: string, side: string) =>
    rows.find((row) => row.model === model && row.side === side);
  t.is(of('lenet5', 'pytorch')?.error, null);
  t.true((of('lenet5', 'pytorch')?.ratio ?? 0) > 0);
  t.is(of('lenet5', 'pytorch')?.macs, of('lenet5', 'roentgen')?.macs);
  t.regex(of('resnet50v2', 'pytorch')?.error?.message ?? '', /knows no such network/);
  if (known) t.true((of('lenet5', 'onnxruntime')?.ratio ?? 0) > 0);
  t.is(notes.length, known ? 0 : 1);
});

test.serial('others that are not here are left out with a word', async (t) => {
  const folder = await temporaryFolder(t);
  const before = { ...process.env };
  process.env['ROENTGEN_PYTHON'] = '/no/such/python';
  process.env['ROENTGEN_ONNXRUNTIME'] = folder;
  t.teardown(() => {
    for (const name of ['ROENTGEN_PYTHON', 'ROENTGEN_ONNXRUNTIME']) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
  });
  const { rows, notes } = await benchmark({
    ...{ ...fast, output: join(folder, 'out'), models: ['lenet5'], batchSizes: [2] },
    ...{ modes: ['infer'], compare: ['pytorch', 'onnxruntime'] },
  });
  t.deepEqual(
    rows.map(({ side }) => side),
    ['roentgen'],
  );
  t.regex(notes[0] ?? '', /^pytorch is left out: .*ROENTGEN_PYTHON/);
  t.regex(notes[1] ?? '', /^onnxruntime is left out: ROENTGEN_ONNXRUNTIME is/);
});

test.serial(
  'accuracy by model comes from the validation images, and each run is kept',
  async (t) => {
    const folder = await temporaryFolder(t);
    const output = join(folder, 'out');
    const { rows, files } = await benchmarkAccuracy({
      ...{ data: await tinyData(folder), models: ['lenet5', 'vgg19'], imgSize: 28, epochs: 2 },
      ...{ output, cacheDir: join(folder, 'cache') },
    });
    const [lenet5, vgg19] = rows;
    t.is(lenet5?.error, null);
    t.is(lenet5?.runDirectory, join(output, 'runs', 'lenet5'));
    const run = join(output, 'runs', 'lenet5');
    const { metrics } = JSON.parse(readFileSync(join(run, 'metrics.json'), 'utf8')) as {
      metrics: { accuracy: number };
    };
    t.is(lenet5?.accuracy?.value, metrics.accuracy);
    t.false(existsSync(join(run, 'evaluation-test')), 'the test split is not looked at');
    t.is(vgg19?.error?.code, 'ERR_INPUT_TOO_SMALL');
    t.is(vgg19?.accuracy, null);
    t.deepEqual(files, ['accuracy.csv', 'accuracy.json']);
    const csv = parseCsv(readFileSync(join(output, 'accuracy.csv'), 'utf8'), 'accuracy.csv');
    t.is(csv[1]?.cells[1], String(Number(metrics.accuracy.toFixed(6))));
  },
);

test.serial(
  'the command prints a table and its files, and ends with 1 where ours failed',
  async (t) => {
    const folder = await temporaryFolder(t);
    const flags = ['--rounds', '1', '--warm-up', '0', '--seconds', '0.001', '--modes', 'infer'];
    const done = await roentgen(folder, 'benchmark', '--models', 'lenet5', '-b', '2', ...flags);
    t.is(done.exitCode, 2, 'the flag is --batch-sizes');
    const good = await roentgen(folder, 'benchmark', '--models', 'lenet5', ...flags);
    t.is(good.exitCode, 0, good.stderr);
    t.regex(good.stdout, /lenet5 +infer +(cpu|cuda) +fp32 +32 /);
    t.regex(good.stdout, /benchmark\/samples_per_second\.svg/);
    t.is(good.stderr, 'round 1 of 1\n');
    const bad = await roentgen(folder, 'benchmark', '--models', 'autoencoder', ...flags, '--json');
    t.is(bad.exitCode, 1);
    t.is((JSON.parse(bad.stdout) as { output: string }).output, 'benchmark-1');
  },
);

test.serial('flags that would do nothing are refused', async (t) => {
  const folder = await temporaryFolder(t);
  const epochs = await roentgen(folder, 'benchmark', '--epochs', '3');
  t.is(epochs.exitCode, 2);
  t.regex(epochs.stderr, /--epochs goes only with --accuracy/);
  const rounds = await roentgen(folder, 'benchmark', '--accuracy', '.', '--rounds', '3');
  t.is(rounds.exitCode, 2);
  t.regex(rounds.stderr, /--rounds goes not with --accuracy/);
});

test.serial('images that cannot be used end it: no model could learn from them', async (t) => {
  const folder = await temporaryFolder(t);
  const [data, output] = [join(folder, 'none'), join(folder, 'out')];
  await t.throwsAsync(benchmarkAccuracy({ data, output, models: ['lenet5'] }), {
    code: 'ERR_NOT_FOUND',
  });
  t.false(existsSync(output));
});

test.serial('a batch that no memory holds is a row that says so', async (t) => {
  const output = join(await temporaryFolder(t), 'out');
  const huge = { models: ['resnet18'], batchSizes: [65_536], imgSize: 8192 };
  const { rows, files } = await benchmark({ ...fast, ...huge, output });
  t.deepEqual(
    rows.map(({ error }) => error?.code),
    ['ERR_OUT_OF_MEMORY', 'ERR_OUT_OF_MEMORY'],
  );
  t.deepEqual(files, ['benchmark.csv', 'benchmark.json'], 'no chart of nothing');
});
