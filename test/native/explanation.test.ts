/** What crosses the boundary of the addon when a network is asked why; the numbers are checked in native/tests. */
import test from 'ava';
import {
  findNeighbors,
  principalComponents,
  type CamOptions,
  type GradientOptions,
  type Network,
} from '../../src/native/index.js';
import { brightness, evaluationOptions, normalization, side, smallNetwork } from './support.js';

const code = (name: string): { code: string } => ({ code: name });

function pass(count: number): Pick<CamOptions, 'indices' | 'batchSize' | 'precision'> & {
  normalization: typeof normalization;
} {
  const indices = Int32Array.from({ length: count }, (_, i) => i);
  return { indices, batchSize: 4, precision: 'fp32', normalization };
}

const camOptions = (count: number): CamOptions => ({
  ...pass(count),
  method: 'gradCam',
  layers: ['conv'],
  targets: new Int32Array(count).fill(-1),
});

const gradientOptions = (count: number): GradientOptions => ({
  ...pass(count),
  method: 'integratedGradients',
  targets: new Int32Array(count),
  samples: 64,
  noise: 0,
  seed: 1,
  baseline: 0,
});

/** The logits that the network gives the first `count` images. */
async function predict(network: Network, count: number): Promise<number[]> {
  const { values } = await network.evaluate(brightness(count), evaluationOptions(count));
  return [...values];
}

test('layers have names, shapes and the word whether they are convolutions', (t) => {
  using network = smallNetwork();
  t.deepEqual(network.layers(), [
    { name: 'input', shape: [1, side, side], convolution: false },
    { name: 'conv', shape: [8, side - 2, side - 2], convolution: true },
    { name: 'maxPool2d2', shape: [8, 15, 15], convolution: false },
    { name: 'flatten3', shape: [8 * 15 * 15], convolution: false },
    { name: 'head', shape: [2], convolution: false },
  ]);
});

test('activations come in the order asked for, row-major, maps or means', async (t) => {
  using network = smallNetwork();
  using dataset = brightness(5);
  const layers = ['head', 'input'];
  const [head, input] = await network.activations(dataset, { ...pass(5), layers, pool: false });
  t.is(head?.layer, 'head');
  t.deepEqual(head?.shape, [2]);
  const predicted = await predict(network, 5);
  predicted.forEach((logit, i) => t.true(Math.abs(logit - (head?.values[i] ?? NaN)) < 1e-5));
  t.deepEqual(input?.shape, [1, side, side]);
  const pixel = ((dataset.read(3)[7] ?? 0) / 255 - 0.5) / 0.25;
  t.true(Math.abs((input?.values[3 * side * side + 7] ?? NaN) - pixel) < 1e-6);
  const [pooled] = await network.activations(dataset, {
    ...pass(5),
    layers: ['conv'],
    pool: true,
  });
  t.deepEqual([pooled?.shape, pooled?.values.length], [[8], 40]);
});

test('maps have the size of their layer, and come with the logits', async (t) => {
  using network = smallNetwork();
  using dataset = brightness(5);
  const { maps, logits } = await network.classActivations(dataset, {
    ...camOptions(5),
    layers: ['conv', 'maxPool2d2'],
  });
  t.deepEqual(
    maps.map(({ layer, shape, values }) => [layer, shape, values.length]),
    [
      ['conv', [30, 30], 5 * 900],
      ['maxPool2d2', [15, 15], 5 * 225],
    ],
  );
  const predicted = await predict(network, 5);
  predicted.forEach((logit, i) => t.true(Math.abs(logit - (logits[i] ?? NaN)) < 1e-5));
});

test('integrated gradients add up to the difference from the baseline', async (t) => {
  using network = smallNetwork();
  using dataset = brightness(5);
  const found = await network.gradients(dataset, gradientOptions(5));
  const area = side * side;
  found.baselineLogits.forEach((baseline, i) => {
    const sum = found.values.subarray(i * area, (i + 1) * area).reduce((a, b) => a + b, 0);
    t.true(Math.abs(sum - ((found.logits[2 * i] ?? NaN) - baseline)) < 1e-2);
  });
  const plain = await network.gradients(dataset, { ...gradientOptions(5), method: 'gradient' });
  t.is(plain.baselineLogits.length, 0);
});

test('an image that shows all its parts gets its own logits, one that shows none the fill’s', async (t) => {
  using network = smallNetwork();
  using dataset = brightness(2);
  const logits = await network.perturb(dataset, {
    index: 0,
    segments: new Int32Array(side * side).map((_, i) => i % 2),
    masks: Uint8Array.from([1, 1, 0, 0]),
    fill: dataset.read(1),
    batchSize: 1,
    precision: 'fp32',
    normalization,
  });
  const predicted = await predict(network, 2);
  t.is(logits.length, 4);
  predicted.forEach((logit, i) => t.true(Math.abs(logit - (logits[i] ?? NaN)) < 1e-5));
});

test('randomized with its own seed a network stays what it was, with another it does not', async (t) => {
  using network = smallNetwork(1);
  const before = await predict(network, 2);
  network.randomize(['conv', 'head'], 1);
  t.deepEqual(await predict(network, 2), before);
  network.randomize(['conv'], 2);
  t.notDeepEqual(await predict(network, 2), before);
});

test('what cannot be explained is refused with a code', async (t) => {
  using network = smallNetwork();
  using dataset = brightness(2);
  const ask = async (options: Partial<CamOptions>): Promise<unknown> =>
    network.classActivations(dataset, { ...camOptions(2), ...options });
  await t.throwsAsync(ask({ layers: ['conv9'] }), {
    ...code('ERR_INVALID_ARGUMENT'),
    message: /conv9.*input, conv/,
  });
  await t.throwsAsync(ask({ layers: ['head'] }), code('ERR_INVALID_ARGUMENT'));
  await t.throwsAsync(ask({ targets: Int32Array.of(0, 2) }), code('ERR_INVALID_ARGUMENT'));
  await t.throwsAsync(ask({ method: 'ablation' as never }), code('ERR_INVALID_ARGUMENT'));
  await t.throwsAsync(network.estimateStatistics(dataset, pass(2)), code('ERR_UNSUPPORTED'));
  t.throws(() => {
    network.randomize(['flatten3'], 1);
  }, code('ERR_INVALID_ARGUMENT'));
});

test('an explanation can be aborted, and keeps the network busy until then', async (t) => {
  using network = smallNetwork();
  using dataset = brightness(512);
  const controller = new AbortController();
  let refused: unknown;
  const explanation = network.gradients(dataset, gradientOptions(512), {
    signal: controller.signal,
    onProgress: () => {
      try {
        network.randomize(['conv'], 1);
      } catch (error) {
        refused = error;
      }
      controller.abort();
    },
  });
  await t.throwsAsync(explanation, code('ABORT_ERR'));
  t.is((refused as { code?: unknown }).code, 'ERR_BUSY');
  t.notThrows(() => {
    network.randomize(['conv'], 1);
  });
});

test('neighbors and components come as typed arrays, and wrong rows are refused', async (t) => {
  const rows = { values: Float32Array.of(0, 0, 3, 4, 0, 1), features: 2 };
  const found = await findNeighbors(rows, rows, { k: 2, metric: 'euclidean' });
  t.deepEqual([...found.indices], [0, 2, 1, 2, 2, 0]);
  t.deepEqual([...found.distances], [0, 1, 0, Math.fround(Math.sqrt(18)), 0, 1]);
  const { mean, components, explained } = await principalComponents(
    { values: Float32Array.of(1, 1, 2, 2, 3, 3), features: 2 },
    2,
  );
  t.deepEqual([...mean], [2, 2]);
  t.true(Math.abs((components[0] ?? 0) - Math.SQRT1_2) < 1e-6);
  t.deepEqual([components.length, explained.length], [4, 2]);
  t.true((explained[0] ?? 0) > 1 - 1e-6);
  const ragged = { values: new Float32Array(5), features: 2 };
  await t.throwsAsync(principalComponents(ragged, 1), code('ERR_INVALID_ARGUMENT'));
  await t.throwsAsync(
    findNeighbors(rows, rows, { k: 4, metric: 'cosine' }),
    code('ERR_INVALID_ARGUMENT'),
  );
});
