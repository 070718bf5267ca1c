import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import * as onnx from 'onnxruntime-web';
import { exportOnnx } from '../../src/export/index.js';
import { loadModel, toMetadata } from '../../src/inference/index.js';
import { listModels, loadModelSpec } from '../../src/models/index.js';
import {
  Dataset,
  Network,
  readTensors,
  writeTensors,
  type Precision,
} from '../../src/native/index.js';
import { temporaryFolder } from '../temporaryFolder.js';

onnx.env.wasm.numThreads = 1;

const side = 96;
const classNames = ['A', 'B', 'C'];
const count = 3;

/** Numbers in [0, 1) that follow from the seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Made {
  temperature?: number;
  tta?: 'hflip';
  /** One sigmoid for the second of two classes. */
  single?: boolean;
}

/** A model whose normalization has something to do: statistics as training leaves them, not zeros and ones. */
async function makeModel(
  t: ExecutionContext,
  name: string,
  channels: 1 | 3,
  { temperature = 1, tta, single = false }: Made = {},
): Promise<string> {
  const path = join(await temporaryFolder(t), 'model.safetensors');
  const spec = loadModelSpec(name);
  const reconstruction = spec.task === 'reconstruction';
  const classes = single ? classNames.slice(0, 2) : classNames;
  const shape = { outputs: single ? 1 : classes.length, channels, height: side, width: side };
  using network = Network.build(spec, shape, 3);
  await network.save(
    path,
    toMetadata({
      model: name,
      classes,
      task: spec.task,
      output: single ? 'sigmoid' : spec.output,
      loss: reconstruction ? 'meanSquaredError' : 'crossEntropy',
      mean: Array<number>(channels).fill(0.45),
      std: Array<number>(channels).fill(0.25),
      fit: 'contain',
      tta,
      provenance: {},
      decision: {
        fittedOn: 'val',
        images: 9,
        groups: 9,
        dataHash: '',
        temperature,
        prior: single ? [0.2, 0.8] : [0.2, 0.3, 0.5],
        operatingPoint: null,
        conformal: null,
      },
    }),
  );
  const file = await readTensors(path);
  const draw = numbers(11);
  for (const [tensor, { values }] of Object.entries(file.tensors)) {
    if (!(values instanceof Float32Array)) continue;
    if (tensor.endsWith('running_var')) values.forEach((_, at) => (values[at] = 0.5 + draw()));
    if (tensor.endsWith('running_mean')) values.forEach((_, at) => (values[at] = draw() - 0.5));
  }
  await writeTensors(path, file);
  return path;
}

function images(channels: number): Uint8Array {
  const draw = numbers(5);
  return Uint8Array.from({ length: count * channels * side ** 2 }, () => Math.floor(draw() * 256));
}

/** What the model itself says: logits, or errors of a reconstruction. */
async function answers(path: string, pixels: Uint8Array): Promise<Float32Array> {
  using model = await loadModel(path);
  const { channels } = model.format;
  using dataset = Dataset.fromImages(pixels, [count, channels, side, side]);
  const precision: Precision = 'fp32';
  const selection = { indices: Int32Array.from([0, 1, 2]), labels: new Int32Array() };
  return (await model.outputs(dataset, { ...selection, batchSize: count, precision })).values;
}

async function runOnnx(
  path: string,
  input: Float32Array | Uint8Array,
  channels: number,
): Promise<{ name: string; values: Float32Array }> {
  const session = await onnx.InferenceSession.create(new Uint8Array(await readFile(path)));
  const type = input instanceof Uint8Array ? 'uint8' : 'float32';
  const tensor = new onnx.Tensor(type, input, [count, channels, side, side]);
  const results = await session.run({ input: tensor });
  const [name = ''] = session.outputNames;
  await session.release();
  return { name, values: results[name]?.data as Float32Array };
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const size = Math.max(1, ...Array.from(b, Math.abs));
  return Math.max(...Array.from(a, (value, at) => Math.abs(value - (b[at] ?? NaN)))) / size;
}

const colored = new Set(['autoencoder', 'lenet5', 'resnet18']);

for (const name of listModels()) {
  for (const channels of colored.has(name) ? ([1, 3] as const) : ([1] as const)) {
    test(`${name} with ${channels} channels: onnxruntime computes what roentgen does`, async (t) => {
      const model = await makeModel(t, name, channels);
      const output = `${model}.onnx`;
      const exported = await exportOnnx({ model, output });
      const pixels = images(channels);
      const normalized = Float32Array.from(pixels, (value) => (value / 255 - 0.45) / 0.25);
      const { name: outputName, values } = await runOnnx(output, normalized, channels);
      t.is(outputName, exported.output.name);
      const expected = await answers(model, pixels);
      const reconstruction = exported.output.name === 'image';
      const errors = Array.from({ length: count }, (_, image) => {
        const size = values.length / count;
        const of = (all: Float32Array) => all.subarray(image * size, (image + 1) * size);
        const own = of(normalized);
        return of(values).reduce((sum, value, at) => sum + (value - (own[at] ?? 0)) ** 2, 0) / size;
      });
      const distance = farthest(reconstruction ? errors : values, expected);
      t.true(distance < 1e-4, `off by ${distance}`);
    });
  }
}

test('a model that answers for an image and its mirror image does so in onnxruntime', async (t) => {
  const model = await makeModel(t, 'cnn5', 1, { tta: 'hflip' });
  const output = `${model}.onnx`;
  const exported = await exportOnnx({ model, output });
  t.deepEqual(exported.output.shape, ['N', classNames.length]);
  const pixels = images(1);
  const normalized = Float32Array.from(pixels, (value) => (value / 255 - 0.45) / 0.25);
  const { values } = await runOnnx(output, normalized, 1);
  t.true(farthest(values, await answers(model, pixels)) < 1e-4);
});

for (const tta of [undefined, 'hflip'] as const) {
  test(`a single output for two classes in onnxruntime, averaged: ${tta ?? 'none'}`, async (t) => {
    const model = await makeModel(t, 'lenet5', 1, { single: true, ...(tta && { tta }) });
    const pixels = images(1);
    const normalized = Float32Array.from(pixels, (value) => (value / 255 - 0.45) / 0.25);
    const logits = await answers(model, pixels);
    const plain = await exportOnnx({ model, output: `${model}.onnx` });
    t.deepEqual(plain.output.shape, ['N', 1]);
    const { values } = await runOnnx(plain.path, normalized, 1);
    t.is(values.length, count);
    t.true(farthest(values, logits) < 1e-5);
    const decided = await exportOnnx({ model, output: `${model}.p.onnx`, probabilities: true });
    t.deepEqual(decided.output.shape, ['N', 2]);
    const second = Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
    const { values: shares } = await runOnnx(decided.path, normalized, 1);
    t.true(
      farthest(
        shares,
        second.flatMap((share) => [1 - share, share]),
      ) < 1e-5,
    );
  });
}

for (const [name, temperature] of [
  ['lenet5', 1.7],
  ['cnn-binary', 0.6],
] as const) {
  test(`${name} with preprocessing and probabilities inside answers for bytes as predict does`, async (t) => {
    const model = await makeModel(t, name, 1, { temperature });
    const output = `${model}.onnx`;
    const exported = await exportOnnx({ model, output, preprocessing: true, probabilities: true });
    const pixels = images(1);
    const { name: outputName, values } = await runOnnx(output, pixels, 1);
    t.is(outputName, 'probabilities');
    using loaded = await loadModel(model);
    const raw = loaded.probabilities({
      values: await answers(model, pixels),
      outputs: classNames.length,
      loss: 0,
      seconds: 0,
    });
    const powers = [...raw].map((value) => value ** (1 / temperature));
    const expected = powers.map((value, at) => {
      const row = Math.floor(at / classNames.length) * classNames.length;
      const total = powers.slice(row, row + classNames.length).reduce((sum, one) => sum + one, 0);
      return value / total;
    });
    t.true(farthest(values, expected) < 1e-5);
    t.deepEqual(JSON.parse(exported.metadata['classes'] ?? ''), classNames);
    t.like(JSON.parse(exported.metadata['image'] ?? ''), { height: side, fit: 'contain' });
  });
}
