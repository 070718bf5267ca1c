/** The shortest proof that an installation works, on every Node that is supported: seconds, no fixtures. */
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import test from 'ava';
import {
  listModels,
  loadModel,
  predict,
  systemInfo,
  train,
  writePhantomDataset,
} from '../src/index.js';
import { temporaryFolder } from './temporaryFolder.js';

test('the addon loads and knows its machine', (t) => {
  const { torchVersion, torchVersionBuilt, threads } = systemInfo();
  t.is(torchVersion, torchVersionBuilt);
  t.true(threads >= 1);
});

test('one epoch on tiny phantoms gives a model that predicts', async (t) => {
  const folder = await temporaryFolder(t);
  const phantoms = { imagesPerClass: 10, size: 32, mergePneumonia: true };
  const { images } = await writePhantomDataset(join(folder, 'phantoms'), phantoms);

  const run = await train({
    data: images,
    model: 'lenet5',
    epochs: 1,
    batchSize: 8,
    valFraction: 0.3,
    output: join(folder, 'runs'),
    cacheDir: join(folder, 'cache'),
  });
  t.true(Number.isFinite(run.history[0]?.trainLoss));
  t.true((await readdir(run.runDirectory)).includes('model_best.safetensors'));

  const inputs = [join(images, 'test')];
  const { classes, predictions, problems } = await predict({ model: run.model, inputs });
  t.deepEqual(classes, ['NORMAL', 'PNEUMONIA']);
  t.is(predictions.length, 6);
  t.deepEqual(problems, []);
  for (const { probabilities } of predictions) {
    const total = probabilities.reduce((sum, value) => sum + value, 0);
    t.true(Math.abs(total - 1) < 1e-6);
  }

  const model = await loadModel(run.runDirectory);
  t.is(model.architecture, 'lenet5');
  model.dispose();
});

test('the command line answers', (t) => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [resolve('scripts/roentgen.mjs'), ...args], { encoding: 'utf8' });
  t.regex(run('--version').stdout, /^\d+\.\d+\.\d+\n$/);
  const { stdout, status } = run('models');
  t.is(status, 0);
  for (const name of listModels()) t.true(stdout.includes(name), name);
});
