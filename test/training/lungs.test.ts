/** Training on the lungs alone, from masks to a model that asks for masks. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import sharp from 'sharp';
import { writePhantomDataset, type PhantomDataset } from '../../src/data/index.js';
import { evaluate, loadModel, predict } from '../../src/inference/index.js';
import { RoentgenError } from '../../src/native/index.js';
import {
  calibrate,
  previewAugmentation,
  resumeTraining,
  train,
  type TrainOptions,
} from '../../src/training/index.js';
import { temporaryFolder } from '../inference/images.js';
import { readTensors } from './tensors.js';

const test = anyTest as TestFn<{ root: string; phantoms: PhantomDataset }>;

test.before(async (t) => {
  const { path: root } = await temporaryFolder();
  const phantoms = await writePhantomDataset(join(root, 'phantoms'), {
    ...{ imagesPerClass: 24, size: 32, seed: 3, mergePneumonia: true },
    ...{ kinds: ['normal', 'bacterial'], shares: { train: 0.5, val: 0.25, test: 0.25 } },
  });
  t.context = { root, phantoms };
});
test.after.always(async (t) => {
  await rm(t.context.root, { recursive: true, force: true });
});

/** Every change of pixels at once: what would light up the outside, would do so here. */
function settings(
  { root, phantoms }: { root: string; phantoms: PhantomDataset },
  experiment: string,
): TrainOptions {
  return {
    ...{ data: phantoms.images, masks: phantoms.masks, lungs: 'blackout', valFraction: 0 },
    ...{ model: 'lenet5', epochs: 1, batchSize: 8, precision: 'fp32', seed: 3, experiment },
    ...{ rotation: 20, zoom: 0.05, hflip: 0.5, brightness: 0.2, noise: 0.1, reprob: 0.5 },
    ...{ output: join(root, 'runs'), cacheDir: join(root, 'cache') },
  };
}

test('a model that learned from blacked-out lungs evaluates and predicts alike, with masks and not without', async (t) => {
  const { root, phantoms } = t.context;
  const { images, masks, manifest } = phantoms;
  const { runDirectory: model } = await train(settings(t.context, 'black'));
  const cacheDir = join(root, 'cache');
  using loaded = await loadModel(model);
  t.is(loaded.format.lungs, 'blackout');

  const { metrics, output } = await evaluate({ model, data: images, masks, cacheDir });
  t.truthy(metrics);
  const lines = (await readFile(join(output ?? '', 'predictions.csv'), 'utf8')).trim().split('\n');
  const inputs = [join(images, 'test')];
  const predicted = await predict({ model, inputs, masks: join(masks, 'test'), raw: true });
  t.deepEqual(predicted.problems, []);
  const numbersOf = (line: string) => line.split(',').slice(2, 4).map(Number);
  const expected = new Map(lines.slice(1).map((line) => [line.split(',')[0], numbersOf(line)]));
  t.is(predicted.predictions.length, expected.size);
  for (const { filename, probabilities } of predicted.predictions) {
    const [first = 0, second = 0] = expected.get(`test/${filename}`) ?? [];
    t.true(Math.abs(first - (probabilities[0] ?? 0)) < 1e-6, filename);
    t.true(Math.abs(second - (probabilities[1] ?? 0)) < 1e-6, filename);
  }

  // A manifest knows its masks itself.
  const listed = await evaluate({ model, data: manifest, cacheDir, output: join(root, 'listed') });
  t.is(listed.metrics?.auroc, metrics?.auroc);

  const needsMasks = { code: 'ERR_INVALID_ARGUMENT', message: /no lung masks/ } as const;
  await t.throwsAsync(evaluate({ model, data: images, cacheDir }), needsMasks);
  await t.throwsAsync(predict({ model, inputs }), needsMasks);
  await t.throwsAsync(loaded.predict([join(images, 'test')]), needsMasks);
  // The run knows where its masks are.
  t.true((await calibrate({ model, data: images, cacheDir })).decision.images > 0);
});

test('what lies outside of the lungs makes no difference to the answers', async (t) => {
  const { root, phantoms } = t.context;
  const { runDirectory: model } = await train(settings(t.context, 'blind'));
  const name = join('test', 'NORMAL');
  const [masks, cluttered] = [join(phantoms.masks, name), join(root, 'cluttered')];
  // One image at a time, in one thread: batches of other sizes add up in another order.
  const asked = { model, masks, predictor: { maxBatch: 1, workers: 1, threads: 1 } };
  const before = await predict({ ...asked, inputs: [join(phantoms.images, name)] });
  const clutter = await writePhantomDataset(cluttered, {
    ...{ imagesPerClass: 24, size: 32, seed: 3, mergePneumonia: true },
    ...{ kinds: ['normal', 'bacterial'], shares: { train: 0.5, val: 0.25, test: 0.25 } },
  });
  for (const { filename } of before.predictions) {
    const path = join(clutter.images, name, filename);
    const pixels = await sharp(path).toColourspace('b-w').raw().toBuffer();
    const mask = await sharp(join(masks, filename)).toColourspace('b-w').raw().toBuffer();
    const changed = pixels.map((value, at) => (mask[at] === 0 ? 255 - value : value));
    await sharp(changed, { raw: { width: 32, height: 32, channels: 1 } }).toFile(path);
  }
  const after = await predict({ ...asked, inputs: [join(clutter.images, name)] });
  t.deepEqual(after.predictions, before.predictions);
});

test('S3-C: cropped to the lungs, as its config repeats it and its settings are read', async (t) => {
  const { phantoms } = t.context;
  const { runDirectory: run } = await train({
    ...settings(t.context, 'cropped'),
    ...{ model: 'lmap3', imgSize: 96, lungs: 'crop', rotation: 18, zoom: 0.05, hflip: 0.5 },
  });
  const config = await readFile(join(run, 'config.yaml'), 'utf8');
  t.true(config.includes('\nlungs: crop\n') && config.includes(`\nmasks: ${phantoms.masks}\n`));
  t.regex(config, /\nmaskHash: [0-9a-f]{64}\n/);
  using model = await loadModel(run);
  t.is(model.format.lungs, 'crop');
  const { data, cacheDir } = settings(t.context, '');
  const { metrics } = await evaluate({ model: run, data, masks: phantoms.masks, cacheDir });
  t.is(metrics?.samples, 12);
});

test('a run on blacked-out lungs resumes to the same weights, and not with other masks', async (t) => {
  const { root } = t.context;
  const copy = await writePhantomDataset(join(root, 'changing'), { imagesPerClass: 8, size: 32 });
  const given = {
    ...settings({ root, phantoms: copy }, 'whole'),
    ...{ valFraction: 0.2, epochs: 2 },
  };
  const whole = await train(given);
  const controller = new AbortController();
  const error = await t.throwsAsync(
    train(
      { ...given, experiment: 'parts' },
      { signal: controller.signal, onEpochEnd: () => controller.abort() },
    ),
    { code: 'ABORT_ERR' },
  );
  const run = String(error instanceof RoentgenError && error.details['runDirectory']);
  const { cacheDir } = given;
  const resumed = await resumeTraining(run, { cacheDir });
  const weightsOf = async (directory: string) => {
    const tensors = await readTensors(join(directory, 'last.safetensors'));
    tensors.delete('training.position');
    return tensors;
  };
  t.deepEqual(await weightsOf(resumed.runDirectory), await weightsOf(whole.runDirectory));

  const [, first = ''] = (await readFile(copy.manifest, 'utf8')).split('\n');
  const mask = join(root, 'changing', first.split(',')[4] ?? '');
  await writeFile(mask, await sharp(mask).flip().toBuffer());
  await t.throwsAsync(resumeTraining(run, { cacheDir }), {
    code: 'ERR_RESUME_MISMATCH',
    message: /lung masks .* have changed/,
  });
});

test('masks without lungs, and lungs without masks, are refused before anything is trained', async (t) => {
  const { lungs: _, ...whole } = settings(t.context, 'none');
  const { masks: __, ...maskless } = settings(t.context, 'none');
  const code = 'ERR_INVALID_ARGUMENT';
  await t.throwsAsync(train(whole), { code, message: /taken whole, for masks/ });
  await t.throwsAsync(train(maskless), { code, message: /no lung masks/ });
});

test('a preview shows the lungs on black', async (t) => {
  const { output: _, experiment: __, ...given } = settings(t.context, '');
  const { png } = await previewAugmentation({ ...given, images: 2, draws: 2 });
  const plain = { ...given, lungs: undefined, masks: undefined };
  const unmasked = await previewAugmentation({ ...plain, images: 2, draws: 2 });
  const shareOfBlack = async (sheet: Buffer) => {
    const { data, info } = await sharp(sheet).raw().toBuffer({ resolveWithObject: true });
    return data.filter((value) => value === 0).length / (info.width * info.height * info.channels);
  };
  t.true((await shareOfBlack(png)) > (await shareOfBlack(unmasked.png)) + 0.2);
});
