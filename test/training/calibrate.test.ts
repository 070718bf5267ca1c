/** A rule is fitted anew on images that chose nothing, and on test images only for who insists. */
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { evaluate, loadModel } from '../../src/inference/index.js';
import { Dataset } from '../../src/native/index.js';
import {
  calibrate,
  train,
  type CalibrateOptions,
  type RunResult,
  type TrainEvent,
} from '../../src/training/index.js';
import {
  quickSettings,
  temporaryFolder,
  writeImages,
  writeOverlapping,
  writeSplits,
} from '../inference/images.js';
import { close } from '../inference/same.js';
import { readTensors } from './tensors.js';

const test = anyTest as TestFn<{ root: string; run: RunResult; remove: () => Promise<void> }>;
const refused = (message: RegExp) => ({ code: 'ERR_INVALID_ARGUMENT', message });

test.before(async (t) => {
  const { path, remove } = await temporaryFolder();
  await writeOverlapping(join(path, 'data'));
  const run = await train({ ...quickSettings(path), valFraction: 0.5, epochs: 3 });
  t.context = { root: path, run, remove };
});
test.after.always(async (t) => {
  await t.context.remove();
});

const at = ({ root }: { root: string }): Pick<CalibrateOptions, 'data' | 'cacheDir'> => ({
  data: join(root, 'data'),
  cacheDir: join(root, 'cache'),
});

async function copyOf(model: string, name: string): Promise<string> {
  const path = join(model, '..', name);
  await copyFile(model, path);
  return path;
}

test.serial(
  'with the same rule, a run’s own validation images give what its end gave',
  async (t) => {
    const { run } = t.context;
    const before = await readTensors(run.model);
    const result = await calibrate({ model: run.runDirectory, ...at(t.context) });
    t.deepEqual(result.decision, run.decisionRule);
    t.is(result.decision.images, 100);
    t.is(result.figures.fittedOn, 'validation');
    t.deepEqual(await readTensors(run.model), before);
  },
);

test.serial('another rule is in the file from then on, and does what it says', async (t) => {
  const { run } = t.context;
  const options = { model: run.runDirectory, ...at(t.context) };
  const result = await calibrate({
    ...options,
    operatingPoint: 'sensitivity=1',
    ...{ alpha: 0.2, maxUnfamiliar: 0.05, positive: 'BRIGHT' },
  });
  t.is(result.figures.operatingPoint?.sensitivity?.value, 1);
  t.like(result.decision.operatingPoint, { rule: 'sensitivity=1', positive: 'BRIGHT' });
  t.is(result.decision.conformal?.alpha, 0.2);
  t.like(result.gate, { falsePositiveRate: 0.05, images: 100 });
  // ⌈101 · 0.95⌉ = 96 distances are at most the threshold.
  t.is(result.figures.unfamiliar, 100 - 96);
  using model = await loadModel(run.runDirectory);
  t.deepEqual(model.decision, result.decision);
});

test.serial('fitted with mirror images, a model answers with them from then on', async (t) => {
  const { run } = t.context;
  const model = await copyOf(run.model, 'mirrored.safetensors');
  const options = { model, ...at(t.context), split: 'test', allowTestSelection: true } as const;
  const alone = await calibrate(options);
  const both = await calibrate({ ...options, tta: 'hflip' });
  t.deepEqual([alone.tta, both.tta], ['none', 'hflip']);
  t.not(both.figures.raw.logLoss, alone.figures.raw.logLoss);

  using mirrored = await loadModel(model);
  using plain = await loadModel(run.model);
  const { height, width } = mirrored.format;
  const image = Uint8Array.from({ length: height * width }, (_, pixel) => (pixel * 97) % 251);
  const mirrorImage = image.map((_, pixel) => {
    const column = pixel % width;
    return image[pixel - column + (width - 1 - column)] ?? 0;
  });
  const one = await plain.predictTensor(image);
  const other = await plain.predictTensor(mirrorImage);
  const mean = Array.from(
    one.outputs,
    (value, output) => (value + (other.outputs[output] ?? 0)) / 2,
  );
  t.notDeepEqual([...one.outputs], mean);
  t.true(close([...(await mirrored.predictTensor(image)).outputs], mean));
  using dataset = Dataset.fromImages(image, [1, 1, height, width]);
  const selection = { indices: Int32Array.of(0), labels: new Int32Array(), batchSize: 1 };
  const asked = { ...selection, precision: 'fp32' } as const;
  t.true(close([...(await mirrored.outputs(dataset, asked)).values], mean));
  const unaveraged = await mirrored.outputs(dataset, { ...asked, tta: 'none' });
  t.true(close([...unaveraged.values], [...one.outputs]));

  await calibrate({ ...options, tta: 'none' });
  t.deepEqual((await calibrate(options)).decision, alone.decision);
});

test('of a model file the split val is taken, and the gate keeps its training images', async (t) => {
  const { run } = t.context;
  const path = await copyOf(run.model, 'file.safetensors');
  using before = await loadModel(path);
  const result = await calibrate({ model: path, ...at(t.context) });
  t.like(result.decision, { fittedOn: 'val', images: 120 });
  using after = await loadModel(path);
  t.is(after.gate?.factor, before.gate?.factor);
  t.is(after.gate?.images, 120);
});

test('test images are refused, and for who insists the file says so ever after', async (t) => {
  const { run } = t.context;
  const model = await copyOf(run.model, 'tested.safetensors');
  const untouched = await readFile(model);
  const options = { model, ...at(t.context), split: 'test' } as const;
  await t.throwsAsync(calibrate(options), {
    code: 'ERR_TEST_SELECTION',
    message: /--allow-test-selection/,
  });
  t.deepEqual(await readFile(model), untouched);
  const { decision } = await calibrate({ ...options, allowTestSelection: true });
  t.is(decision.fittedOn, 'test');
  const evaluated = await evaluate({ model, ...at(t.context) });
  t.is(evaluated.decision?.fittedOn, 'test');
});

test('images that the model learned from are refused', async (t) => {
  const { run } = t.context;
  for (const split of ['train', 'all'] as const) {
    const options = { model: run.model, ...at(t.context), split, allowTestSelection: true };
    await t.throwsAsync(calibrate(options), refused(/learned from images in split/));
  }
});

test('of data from elsewhere a split must be named, and few images be asked for', async (t) => {
  const { root, run } = t.context;
  const data = join(root, 'elsewhere');
  for (const [split, seed] of [
    ['train', 20],
    ['val', 30],
  ] as const) {
    await writeImages(join(data, split, 'BRIGHT'), 12, 140, seed);
    await writeImages(join(data, split, 'DARK'), 12, 50, seed + 1);
  }
  const options = { data, cacheDir: join(root, 'cache') };
  await t.throwsAsync(
    calibrate({ ...options, model: run.runDirectory }),
    refused(/not what .* was trained on/),
  );
  const model = await copyOf(run.model, 'elsewhere.safetensors');
  await t.throwsAsync(calibrate({ ...options, model }), refused(/24 images, less than the 100/));
  await t.throwsAsync(
    calibrate({ ...options, model, split: 'validation' }),
    refused(/no run directory/),
  );
  const { decision, gate, notes } = await calibrate({ ...options, model, split: 'val' });
  t.like(decision, { fittedOn: 'val', images: 24 });
  t.is(gate?.images, 100, 'the gate stays');
  t.regex(notes.join('\n'), /No new gate: .* takes 99 .* there are 24/);
});

test('a run’s last state, a wrong rule and a class that is not there are refused', async (t) => {
  const { run } = t.context;
  const options = at(t.context);
  const last = join(run.runDirectory, 'last.safetensors');
  const before = await readFile(last);
  await t.throwsAsync(
    calibrate({ ...options, model: last }),
    refused(/state of a training run, which would be lost/),
  );
  t.deepEqual(await readFile(last), before);
  const model = run.model;
  await t.throwsAsync(
    calibrate({ ...options, model, operatingPoint: 'best' }),
    refused(/youden, sensitivity=0\.97/),
  );
  await t.throwsAsync(calibrate({ ...options, model, alpha: 1 }), refused(/alpha/));
  await t.throwsAsync(
    calibrate({ ...options, model, positive: 'GRAY' }),
    refused(/GRAY is not one of two classes/),
  );
});

test('a run whose rule cannot be had says so: no validation images, or too few', async (t) => {
  const { root } = t.context;
  const folder = join(root, 'few');
  await writeSplits(join(folder, 'data'));
  const run = async (valFraction: number): Promise<{ result: RunResult; warnings: string }> => {
    const warnings: string[] = [];
    const onEvent = (event: TrainEvent): void => {
      if (event.kind === 'warning') warnings.push(event.message);
    };
    const settings = { ...quickSettings(folder), epochs: 1, valFraction };
    return { result: await train(settings, { onEvent }), warnings: warnings.join('\n') };
  };
  const none = await run(0);
  t.is(none.result.decisionRule, null);
  t.regex(none.warnings, /no validation images: the model has no decision rule/);
  const few = await run(0.25);
  t.is(few.result.decisionRule?.conformal, null);
  t.regex(few.warnings, /alpha 0\.1 needs 9 images of each class, and BRIGHT, DARK/);
  t.regex(few.warnings, /No new gate: to flag 0\.01 of the images takes 99/);
  await rm(folder, { recursive: true });
});

test('a wrong rule stops a run before any image is read', async (t) => {
  const settings = { ...quickSettings(t.context.root), data: '/nowhere', operatingPoint: 'best' };
  await t.throwsAsync(train(settings), refused(/operatingPoint/));
});
