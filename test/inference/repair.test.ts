/** A repaired model is a file like any other, which knows how to make images look like those it was trained on. */
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import sharp from 'sharp';
import { openData, type ImageFormat, type Repair } from '../../src/data/index.js';
import { sha256 } from '../../src/data/fingerprint.js';
import { adjustToPrior, withTemperature } from '../../src/evaluation/index.js';
import {
  evaluate,
  loadModel,
  predict,
  repairModel,
  rewriteModel,
  toMetadata,
  type ModelDescription,
  type RepairSettings,
  type TargetImages,
} from '../../src/inference/index.js';
import { Network, type Dataset } from '../../src/native/index.js';
import { train, type RunResult } from '../../src/training/index.js';
import { readTensors } from '../training/tensors.js';
import { quickSettings, temporaryFolder, writeImages, writeOverlapping } from './images.js';
import { close, samePredictions } from './same.js';

interface Context {
  root: string;
  run: RunResult;
  remove: () => Promise<void>;
}
const test = anyTest as TestFn<Context>;
const invert: Repair = { kind: 'invert' };
const classes = ['BRIGHT', 'DARK'];

test.before(async (t) => {
  const { path, remove } = await temporaryFolder();
  await writeOverlapping(join(path, 'data'));
  const { valFraction: _, ...settings } = quickSettings(path);
  const run = await train({ ...settings, epochs: 8 });
  for (const name of classes) {
    await writeInverted(join(path, 'data', 'test', name), join(path, 'inverted', name));
  }
  t.context = { root: path, run, remove };
});
test.after.always(async (t) => {
  await t.context.remove();
});

async function writeInverted(from: string, to: string): Promise<void> {
  await writeImages(to, 0, 0);
  for (const file of await readdir(from)) {
    await sharp(join(from, file))
      .negate()
      .toFile(join(to, basename(file)));
  }
}

/** All images of a folder as the model would see them with these repairs. */
async function targetOf(
  { root, run }: Context,
  folder: string,
  repairs: readonly Repair[],
): Promise<TargetImages & { dataset: Dataset }> {
  using model = await loadModel(run.model);
  const format: ImageFormat = { ...model.format, repairs };
  const packed = await openData(join(root, folder), format, { cacheDir: join(root, 'cache') });
  const positions = Int32Array.from(packed.index.names.keys());
  return { packed, positions, dataset: packed.dataset };
}

async function repairedModel(
  { context }: ExecutionContext<Context>,
  name: string,
  settings: RepairSettings,
  folder = 'inverted',
): Promise<{ path: string; description: ModelDescription }> {
  const target = await targetOf(context, folder, settings.repairs);
  const path = join(context.root, `${name}.safetensors`);
  return { path, description: await repairModel(context.run.model, target, settings, path) };
}

test('a model that inverts says of inverted images exactly what it said of the images', async (t) => {
  const { root, run } = t.context;
  const { path } = await repairedModel(t, 'inverts', { repairs: [invert] });
  const plain = await predict({ model: run.model, inputs: [join(root, 'data', 'test')] });
  const repaired = await predict({ model: path, inputs: [join(root, 'inverted')] });
  t.is(plain.repair, null);
  t.is(repaired.repair, 'images inverted');
  t.is(repaired.predictions.length, 120);
  samePredictions(t, repaired.predictions, plain.predictions);

  const options = { cacheDir: join(root, 'cache'), split: 'all' } as const;
  const before = await evaluate({ ...options, model: run.model, data: join(root, 'inverted') });
  const after = await evaluate({ ...options, model: path, data: join(root, 'inverted') });
  const own = await evaluate({
    ...{ cacheDir: options.cacheDir, model: run.model },
    data: join(root, 'data'),
    output: join(root, 'own'),
  });
  t.is(after.repair, 'images inverted');
  t.deepEqual(after.metrics, own.metrics);
  t.deepEqual(after.decision, own.decision);
  t.true((before.metrics?.accuracy ?? 1) < (after.metrics?.accuracy ?? 0) - 0.3);
});

test('the new file has the weights of the old one, its rule and gate, and says what was done', async (t) => {
  const { run } = t.context;
  const repairs: Repair[] = [
    { kind: 'cropBorder', tolerance: 8 },
    { kind: 'window', lower: 1, upper: 99 },
    { kind: 'clahe', tiles: 8, clipLimit: 2 },
    { kind: 'matchHistogram', quantiles: [0, 20.5, 200] },
    invert,
  ];
  const before = await readFile(run.model);
  const { path, description } = await repairedModel(t, 'all', { repairs });
  t.deepEqual(await readFile(run.model), before);
  t.deepEqual(await readTensors(path), await readTensors(run.model));
  using original = await loadModel(run.model);
  using model = await loadModel(path);
  t.deepEqual(model.description, description);
  t.deepEqual(model.format, { ...original.format, repairs });
  t.deepEqual([model.decision, model.gate], [original.decision, original.gate]);
  const target = await targetOf(t.context, 'inverted', repairs);
  const { repaired, ...provenance } = model.provenance;
  t.deepEqual(provenance, {
    ...original.provenance,
    sourceModelHash: sha256(before),
    repair: model.repair,
    targetDataHash: target.packed.index.sourceHash,
    targetImages: 120,
  });
  t.false(Number.isNaN(Date.parse(String(repaired))));
});

test('a file with repairs is of another version, which readers that know of none refuse', async (t) => {
  const { run } = t.context;
  const { path } = await repairedModel(t, 'version', { repairs: [invert] });
  const versionOf = async (file: string) => {
    using network = await Network.load(file);
    return network.metadata['formatVersion'];
  };
  t.is(await versionOf(run.model), '1');
  t.is(await versionOf(path), '2');
});

test('class shares change probabilities and answers, and prediction sets do not', async (t) => {
  const { root, run } = t.context;
  const [bright = '', dark = ''] = classes.map((name) => join(root, 'rare', name));
  await writeImages(bright, 90, (image) => 90 + image, 21);
  await writeImages(dark, 10, (image) => 30 + 9 * image, 22);
  const { path } = await repairedModel(t, 'shares', { repairs: [], classShares: true }, 'rare');
  using model = await loadModel(path);
  const { prior = [], temperature = NaN, targetPrior = [] } = model.decision ?? {};
  t.true(Math.abs((targetPrior[0] ?? NaN) - 0.9) < 0.06, targetPrior.join());
  t.is(model.repair, 'images unchanged; class shares re-estimated');

  const inputs = [join(root, 'rare')];
  const plain = await predict({ model: run.model, inputs });
  const raw = await predict({ model: run.model, inputs, raw: true });
  const shifted = await predict({ model: path, inputs });
  const { threshold = NaN } = shifted.operatingPoint ?? {};
  for (const [at, { probabilities, label, predictionSet }] of shifted.predictions.entries()) {
    const calibrated = withTemperature(raw.predictions[at]?.probabilities ?? [], temperature, 2);
    const expected = [...adjustToPrior(calibrated, prior, targetPrior)];
    t.true(close(probabilities, expected));
    t.is(label, (expected[1] ?? NaN) >= threshold ? 'DARK' : 'BRIGHT');
    t.deepEqual(predictionSet, plain.predictions[at]?.predictionSet);
  }
  const changed = shifted.predictions.filter(
    ({ label }, at) => label !== plain.predictions[at]?.label,
  );
  t.true(changed.length > 0 && changed.every(({ label }) => label === 'BRIGHT'));
  const options = { data: join(root, 'rare'), cacheDir: join(root, 'cache') };
  const before = await evaluate({ ...options, model: run.model });
  const after = await evaluate({ ...options, model: path });
  t.deepEqual(after.metrics, before.metrics);
  t.deepEqual(after.decision?.conformal, before.decision?.conformal);
  t.deepEqual(after.decision?.priorShift.targetPrior, targetPrior);
  t.true(Number(after.decision?.calibrated.logLoss) < Number(before.decision?.calibrated.logLoss));
});

test('what does not fit together is refused, and nothing is written', async (t) => {
  const { root, run } = t.context;
  const target = await targetOf(t.context, 'inverted', [invert]);
  const repair = async (
    settings: RepairSettings,
    images: TargetImages = target,
    name = 'refused',
  ) => repairModel(run.model, images, settings, join(root, `${name}.safetensors`));
  await t.throwsAsync(repair({ repairs: [] }), {
    code: 'ERR_MODEL_MISMATCH',
    message: /repairs: inverted.* repairs: none/,
  });
  await t.throwsAsync(repair({ repairs: [invert] }, { ...target, positions: new Int32Array() }), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /positions/,
  });
  await t.throwsAsync(repair({ repairs: [invert], statistics: true }), {
    code: 'ERR_UNSUPPORTED',
  });
  const taken = join(root, 'taken.safetensors');
  await writeFile(taken, 'mine');
  await t.throwsAsync(repair({ repairs: [invert] }, target, 'taken'), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /does not exist/,
  });
  t.is(await readFile(taken, 'utf8'), 'mine');
  const { path } = await repairedModel(t, 'once', { repairs: [invert] });
  await t.throwsAsync(repairModel(path, target, { repairs: [invert] }, join(root, 'refused')), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /repaired already \(images inverted\)/,
  });
  const last = join(run.runDirectory, 'last.safetensors');
  await t.throwsAsync(repairModel(last, target, { repairs: [invert] }, join(root, 'refused')), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /state of a training run/,
  });
  t.false((await readdir(root)).some((name) => name.startsWith('refused')));
});

test('class shares take a decision rule', async (t) => {
  const { root, run } = t.context;
  const path = join(root, 'undecided.safetensors');
  await copyFile(run.model, path);
  await rewriteModel(path, { decision: undefined, gate: undefined });
  const target = await targetOf(t.context, 'inverted', []);
  const settings = { repairs: [], classShares: true };
  await t.throwsAsync(repairModel(path, target, settings, join(root, 'never.safetensors')), {
    code: 'ERR_UNSUPPORTED',
    message: /roentgen calibrate/,
  });
});

test('batch normalization takes mean and variance of the repaired images, and no other weight changes', async (t) => {
  const { root, run } = t.context;
  using model = await loadModel(run.model);
  const { channels, height, width } = model.format;
  const spec = {
    name: 'normalized',
    convention: 'torch',
    layers: [
      { kind: 'flatten' },
      { kind: 'batchNorm', name: 'bn' },
      { kind: 'linear', name: 'head', out: 'classes' },
    ],
  };
  using network = Network.build(spec, { outputs: 2, channels, height, width }, 5);
  const source = join(root, 'normalized.safetensors');
  await network.save(source, toMetadata(model.description));
  const target = await targetOf(t.context, 'inverted', [invert]);
  const output = join(root, 'adapted.safetensors');
  await repairModel(source, target, { repairs: [invert], statistics: true }, output);

  const [before, after] = [await readTensors(source), await readTensors(output)];
  const changed = [...after].filter(([name, bytes]) => before.get(name)?.equals(bytes) !== true);
  const statistics = ['bn.num_batches_tracked', 'bn.running_mean', 'bn.running_var'];
  t.true(
    changed.every(([name]) => statistics.includes(name)),
    changed.map(([name]) => name).join(),
  );
  const { mean, std } = model.description;
  const measured = after.get('bn.running_mean') ?? Buffer.alloc(0);
  const spread = after.get('bn.running_var') ?? Buffer.alloc(0);
  for (const pixel of [0, 77, height * width - 1]) {
    const values = Array.from(
      target.positions,
      (position) =>
        ((target.dataset.read(position)[pixel] ?? NaN) / 255 - (mean[0] ?? NaN)) / (std[0] ?? NaN),
    );
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
    t.true(Math.abs(measured.readFloatLE(4 * pixel) - average) < 1e-4);
    // Over N or N − 1 images.
    t.true(Math.abs(spread.readFloatLE(4 * pixel) / (squares / values.length) - 1) < 0.01);
  }
  using adapted = await loadModel(output);
  t.is(adapted.repair, 'images inverted; batch normalization re-estimated');
});

const damages: readonly (readonly [what: string, to: string])[] = [
  ['an unknown kind', 'inwert'],
  ['a kind that needs more', 'window'],
];
for (const [what, to] of damages) {
  test(`damaged repairs in a model file are an error: ${what}`, async (t) => {
    const { root } = t.context;
    const { path } = await repairedModel(t, to, { repairs: [invert] });
    const from = '\\"kind\\":\\"invert\\"';
    const good = await readFile(path, 'latin1');
    t.true(good.includes(from));
    const damaged = join(root, `damaged-${to}.safetensors`);
    await writeFile(damaged, good.replace(from, `\\"kind\\":\\"${to}\\"`), 'latin1');
    const error = await t.throwsAsync(loadModel(damaged), { code: 'ERR_INVALID_FILE' });
    t.true(error.message.includes(damaged) && error.message.includes('repairs'), error.message);
  });
}
