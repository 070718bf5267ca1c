/** A run that starts from other weights, with a head of its own, layers frozen, and rates that differ. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { parse } from 'yaml';
import { loadModelSpec, headLayers, resolveLayers, withHead } from '../../src/models/index.js';
import { Network } from '../../src/native/index.js';
import {
  importModel,
  resumeTraining,
  train,
  type RunResult,
  type TrainOptions,
} from '../../src/training/index.js';
import { readTensors } from './tensors.js';
import { quickSettings, temporaryFolder, writeSplits } from '../inference/images.js';

const test = anyTest as TestFn<{ root: string; remove: () => Promise<void>; first: RunResult }>;

test.before(async (t) => {
  const { path, remove } = await temporaryFolder();
  await writeSplits(`${path}/data`);
  const first = await train({ ...settings(path), experiment: 'first', mean: [0.4], std: [0.3] });
  t.context = { root: path, remove, first };
});
test.after.always(async (t) => {
  await t.context.remove();
});

/** A ResNet at the smallest size that it takes in a moment. */
function settings(root: string, more: Partial<TrainOptions> = {}): TrainOptions {
  return {
    ...quickSettings(root),
    model: 'resnet18',
    inChans: 1,
    imgSize: 32,
    epochs: 2,
    lr: 1e-3,
    ...more,
  };
}

async function configOf(run: RunResult): Promise<{ normalization: unknown }> {
  const text = await readFile(join(run.runDirectory, 'config.yaml'), 'utf8');
  return (parse(text) as { resolved: { normalization: unknown } }).resolved;
}

/** What moved between two model files: whether each layer's weights are still the first file's. */
async function unchanged(model: string, from: string): Promise<string[]> {
  const [a, b] = await Promise.all([readTensors(model), readTensors(from)]);
  return [...a].filter(([name, bytes]) => b.get(name)?.equals(bytes)).map(([name]) => name);
}

test('with the backbone frozen only the head moves, and a resumed run ends with the same weights', async (t) => {
  const { root, first } = t.context;
  const frozen = settings(root, { weights: first.model, freeze: ['backbone'], epochs: 3 });
  const whole = await train({ ...frozen, experiment: 'frozen' });
  const kept = await unchanged(join(whole.runDirectory, 'last.safetensors'), first.model);
  const all = [...(await readTensors(first.model)).keys()];
  t.deepEqual(
    all.filter((name) => !kept.includes(name)),
    ['fc.bias', 'fc.weight'],
  );

  const controller = new AbortController();
  await t.throwsAsync(
    train(
      { ...frozen, experiment: 'frozen-part' },
      {
        signal: controller.signal,
        onStep: ({ epoch, step }) => {
          if (epoch === 2 && step === 2) controller.abort();
          return undefined;
        },
      },
    ),
    { code: 'ABORT_ERR' },
  );
  const resumed = await resumeTraining(join(root, 'runs', 'frozen-part'));
  const last = (run: RunResult): string => join(run.runDirectory, 'last.safetensors');
  const same = await unchanged(last(resumed), last(whole));
  t.deepEqual(
    all.filter((name) => !same.includes(name)),
    [],
  );
});

test('frozen layers are trained after the epochs for which they are frozen', async (t) => {
  const { root, first } = t.context;
  const run = (epochs: number): Promise<RunResult> =>
    train(settings(root, { weights: first.model, freeze: ['layer1'], freezeEpochs: 1, epochs }));
  const isFrozen = (name: string): boolean => name.startsWith('layer1.');
  const early = await run(1);
  const keptEarly = await unchanged(join(early.runDirectory, 'last.safetensors'), first.model);
  t.true(keptEarly.length > 0 && keptEarly.every(isFrozen));
  const late = await run(2);
  const keptLate = await unchanged(join(late.runDirectory, 'last.safetensors'), first.model);
  t.deepEqual(keptLate, []);
});

test('weights bring their own normalization; others are taken for ImageNet’s', async (t) => {
  const { root, first } = t.context;
  const ours = await train(settings(root, { weights: first.model, epochs: 1 }));
  t.deepEqual((await configOf(ours)).normalization, { mean: [0.4], std: [0.3] });

  const foreign = join(root, 'foreign.safetensors');
  const { fits } = await importModel({
    weights: first.model,
    output: foreign,
    ...{ model: 'resnet18', inChans: 1, numClasses: 2 },
  });
  t.true(fits);
  const theirs = await train(settings(root, { weights: foreign, epochs: 1 }));
  const { mean, std } = (await configOf(theirs)).normalization as { mean: number[]; std: number[] };
  t.true(Math.abs((mean[0] ?? 0) - (0.485 + 0.456 + 0.406) / 3) < 1e-12);
  t.true(Math.abs((std[0] ?? 0) - (0.229 + 0.224 + 0.225) / 3) < 1e-12);
});

test('measured normalization is that of the training images', async (t) => {
  const run = await train(settings(t.context.root, { normalize: 'measured', epochs: 1 }));
  const { mean, std } = (await configOf(run)).normalization as { mean: number[]; std: number[] };
  // Dark images from 30 and bright ones from 150, 60 gray values each: the mean is 119.5, and the deviation that of
  // two uniform distributions 120 apart.
  t.true(Math.abs((mean[0] ?? 0) - 119.5 / 255) < 0.01);
  t.true(Math.abs((std[0] ?? 0) - Math.sqrt(60 ** 2 + (60 ** 2 - 1) / 12) / 255) < 0.01);
});

test('a head of its own is two layers and dropout, and a model file remembers it', async (t) => {
  const { root, first } = t.context;
  const spec = withHead(loadModelSpec('resnet50'), { hidden: 512, dropout: 0.5 });
  t.deepEqual(headLayers(spec), ['fc_hidden', 'fc']);
  t.deepEqual(spec.layers.slice(-3), [
    { kind: 'linear', name: 'fc_hidden', out: 512, activation: 'relu' },
    { kind: 'dropout', name: 'fc_dropout', rate: 0.5 },
    { kind: 'linear', name: 'fc', out: 'classes' },
  ]);
  const head = { headHidden: 16, headDropout: 0.5 };
  const run = await train(settings(root, { ...head, weights: first.model, freeze: ['backbone'] }));
  using network = await Network.load(run.model);
  const rows = network.summary().layers.slice(-3);
  t.deepEqual(
    rows.map(({ name, parameters }) => [name, parameters]),
    [
      ['fc_hidden', 512 * 16 + 16],
      ['fc_dropout', 0],
      ['fc', 16 * 2 + 2],
    ],
  );
});

test('names mean layers, stages and blocks, and an unknown one is answered with the nearest', (t) => {
  const spec = loadModelSpec('resnet18');
  t.deepEqual(resolveLayers(spec, ['layer4.1', 'bn1']), ['layer4.1', 'bn1']);
  t.deepEqual(resolveLayers(spec, ['backbone']), [
    ...['conv1', 'bn1', 'layer1', 'layer2', 'layer3', 'layer4'],
  ]);
  t.throws(() => resolveLayers(spec, ['layre4']), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /resnet18 has no layer "layre4"; did you mean layer4\?/,
  });
  t.throws(() => resolveLayers(spec, ['layer4.2']), { message: /no layer "layer4\.2"/ });
});

test('weights that do not fit are refused, with the names', async (t) => {
  const { root, first } = t.context;
  const error = await t.throwsAsync(
    train(settings(root, { model: 'resnet34', weights: first.model })),
    { code: 'ERR_MODEL_MISMATCH', message: /does not fit resnet34: missing layer1\.2/ },
  );
  t.truthy(error);
});
