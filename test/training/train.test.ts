/** A training run leaves what its settings promise, chooses by validation alone, and loses nothing. */
import { cp, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { evaluate, loadModel } from '../../src/inference/index.js';
import { Dataset, Network, RoentgenError } from '../../src/native/index.js';
import { train, type EpochRecord, type TrainEvent } from '../../src/training/index.js';
import { quickSettings, testOnImages, writeImages } from '../inference/images.js';

const test = testOnImages();
const code = (expected: string) => ({ instanceOf: RoentgenError, code: expected });

test('a run leaves its settings, its epochs, two checkpoints, metrics and predictions', async (t) => {
  const { root } = t.context;
  const events: TrainEvent[] = [];
  const result = await train(
    { ...quickSettings(root), experiment: 'files' },
    { onEvent: (event) => events.push(event) },
  );
  const files = (await readdir(result.runDirectory)).sort();
  t.deepEqual(
    files.map((name) => name.replace(/(?<=tfevents).*/, '')),
    [
      'audit.json',
      'checksums.json',
      'classification_report.txt',
      'config.yaml',
      'confusion_matrix.csv',
      'confusion_matrix.svg',
      'curves.svg',
      'events.out.tfevents',
      'gallery',
      'images.csv',
      'last.safetensors',
      'metrics.json',
      'model_best.safetensors',
      'predictions.csv',
      'roc.svg',
      'summary.csv',
    ],
  );
  const config = parse(await readFile(join(result.runDirectory, 'config.yaml'), 'utf8')) as Record<
    string,
    unknown
  >;
  t.is(config['model'], 'lenet5');
  t.is(config['epochs'], 6);
  const rows = (await readFile(join(result.runDirectory, 'summary.csv'), 'utf8'))
    .trim()
    .split('\n');
  t.is(rows.length, 7);
  t.true(rows[0]?.startsWith('epoch,train_loss,'));
  t.is(events.filter(({ kind }) => kind === 'epoch').length, 6);
  t.is(events.find(({ kind }) => kind === 'start') !== undefined, true);
});

test('the best epoch is the one that validates best, and its file gives its figures', async (t) => {
  const { root } = t.context;
  const result = await train({ ...quickSettings(root), experiment: 'best', epochs: 5 });
  const losses = result.history.map(({ valLoss }) => valLoss ?? Infinity);
  t.is(result.bestEpoch, losses.indexOf(Math.min(...losses)) + 1);
  using model = await loadModel(result.model);
  t.is(model.provenance['epoch'], result.bestEpoch);
  t.is(model.provenance['validationLoss'], Math.min(...losses));
});

test('the same settings give the same history; another seed another', async (t) => {
  const { root } = t.context;
  const run = async (seed: number): Promise<(number | null)[]> => {
    const { history } = await train({ ...quickSettings(root), seed, experiment: `seed${seed}` });
    return history.flatMap(({ trainLoss, valLoss }: EpochRecord) => [trainLoss, valLoss]);
  };
  t.deepEqual(await run(7), await run(7));
  t.notDeepEqual(await run(7), await run(8));
});

test('a run never overwrites another', async (t) => {
  const { root } = t.context;
  const settings = { ...quickSettings(root), experiment: 'twice', epochs: 1 };
  const first = await train(settings);
  const second = await train(settings);
  t.is(second.runDirectory, `${first.runDirectory}-1`);
});

test('the packed images are made once and found again', async (t) => {
  const { root } = t.context;
  const cacheDir = join(root, 'own-cache');
  const fromCache: boolean[] = [];
  for (let round = 0; round < 2; round += 1) {
    await train(
      { ...quickSettings(root), cacheDir, epochs: 1, experiment: 'cache' },
      { onEvent: (event) => event.kind === 'start' && fromCache.push(event.fromCache) },
    );
  }
  t.deepEqual(fromCache, [false, true]);
});

test('aborting keeps the last state, and says where', async (t) => {
  const { root } = t.context;
  const controller = new AbortController();
  const run = train(
    { ...quickSettings(root), epochs: 500, experiment: 'aborted' },
    {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === 'epoch' && event.record.epoch === 2) controller.abort();
      },
    },
  );
  const error = await t.throwsAsync(run, { ...code('ABORT_ERR'), name: 'AbortError' });
  const { runDirectory, history } = error.details as {
    runDirectory: string;
    history: EpochRecord[];
  };
  t.true(history.length >= 2);
  using last = await Network.load(join(runDirectory, 'last.safetensors'));
  t.true(last.summary().total > 0);
});

test('a diverging run is an error that keeps the checkpoints before it', async (t) => {
  const { root } = t.context;
  const run = train({
    ...quickSettings(root),
    opt: 'sgd',
    lr: 1e38,
    epochs: 20,
    experiment: 'diverged',
  });
  const error = await t.throwsAsync(run, code('ERR_DIVERGED'));
  const { runDirectory } = error.details as { runDirectory: string };
  t.true((await stat(join(runDirectory, 'config.yaml'))).isFile());
});

test('an image in two splits is refused, unless leakage is allowed', async (t) => {
  const { root } = t.context;
  const data = join(root, 'leaking');
  await cp(join(root, 'data'), data, { recursive: true });
  await cp(join(data, 'train', 'DARK', 'image0.png'), join(data, 'test', 'DARK', 'copy.png'));
  const settings = { ...quickSettings(root), data, epochs: 1, experiment: 'leak' };
  await t.throwsAsync(train(settings), { ...code('ERR_SPLIT_LEAK'), message: /copy\.png/ });
  const { runDirectory } = await train({ ...settings, allowLeakage: true });
  t.regex(await readFile(join(runDirectory, 'config.yaml'), 'utf8'), /allowLeakage: true/);
});

test('two classes train with one sigmoid output', async (t) => {
  const { root } = t.context;
  const settings = { ...quickSettings(root), singleOutput: true, epochs: 6, experiment: 'single' };
  const { model } = await train(settings);
  const { metrics } = await evaluate({ model, data: settings.data, cacheDir: join(root, 'cache') });
  t.is(metrics?.accuracy, 1);
});

test('an autoencoder trains on one class and reports errors that differ between images', async (t) => {
  const { root } = t.context;
  const data = join(root, 'normal');
  await writeImages(join(data, 'NORMAL'), 20, 90, 4);
  const settings = {
    ...quickSettings(root),
    data,
    model: 'autoencoder',
    imgSize: 32,
    experiment: 'auto',
  };
  const { model, history, metrics } = await train(settings);
  t.is(metrics, null);
  t.true((history.at(-1)?.trainLoss ?? Infinity) < (history[0]?.trainLoss ?? 0));
  const { reconstruction } = await evaluate({ model, data, cacheDir: join(root, 'cache') });
  t.is(reconstruction?.samples, 20);
  t.true((reconstruction?.std ?? 0) > 0);
});

test('other sizes and three channels train as well as the architecture’s own', async (t) => {
  const { root } = t.context;
  const settings = {
    ...quickSettings(root),
    imgSize: [40, 36] as [number, number],
    inChans: 3 as const,
    experiment: 'shape',
  };
  const { model } = await train({ ...settings, mean: [0.5], std: [0.25, 0.25, 0.25] });
  using loaded = await loadModel(model);
  t.deepEqual(loaded.format, { channels: 3, height: 40, width: 36, fit: 'fill' });
});

test('the dataset stays whole while a run reads it', async (t) => {
  const { root } = t.context;
  const cacheDir = join(root, 'whole');
  await train({ ...quickSettings(root), cacheDir, epochs: 1, experiment: 'whole' });
  const [file] = (await readdir(cacheDir)).filter((name) => name.endsWith('.safetensors'));
  using dataset = await Dataset.open(join(cacheDir, file ?? ''));
  t.deepEqual([...dataset.shape], [60, 1, 32, 32]);
});

const wrong: readonly (readonly [what: string, change: object, expected: string])[] = [
  ['an unknown architecture', { model: 'lenet6' }, 'ERR_UNKNOWN_MODEL'],
  ['an unknown setting', { epoch: 3 }, 'ERR_INVALID_ARGUMENT'],
  ['no epochs', { epochs: 0 }, 'ERR_INVALID_ARGUMENT'],
  ['a negative learning rate', { lr: -1 }, 'ERR_INVALID_ARGUMENT'],
  ['a size the network does not fit', { imgSize: 8 }, 'ERR_INPUT_TOO_SMALL'],
  ['two means for one channel', { mean: [0.1, 0.2] }, 'ERR_INVALID_ARGUMENT'],
  ['a loss that does not fit', { loss: 'meanSquaredError' }, 'ERR_INVALID_ARGUMENT'],
  ['a class list without the data’s classes', { classes: ['A', 'B'] }, 'ERR_UNKNOWN_CLASS'],
  ['missing data', { data: '/nowhere' }, 'ERR_NOT_FOUND'],
];

for (const [what, change, expected] of wrong) {
  test(`${what} is refused before anything is written`, async (t) => {
    const { root } = t.context;
    const output = join(root, 'refused', what);
    await t.throwsAsync(train({ ...quickSettings(root), ...change, output }), code(expected));
    await t.throwsAsync(stat(output), { code: 'ENOENT' });
  });
}
