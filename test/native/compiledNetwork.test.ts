/** A compiled network answers as the network that it was made of, on any worker, for as long as it is wanted. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import {
  Dataset,
  Network,
  RoentgenError,
  Trainer,
  compileNetwork,
  packageRoot,
  systemInfo,
  type CompileOptions,
  type CompiledNetwork,
} from '../../src/native/index.js';
import {
  brightness,
  config,
  epochOptions,
  normalization,
  runChild,
  side,
  smallNetwork,
} from './support.js';

const code = (expected: string) => ({ instanceOf: RoentgenError, code: expected });
const alone = { worker: 0, threads: 1 };
const compileOptions: CompileOptions = {
  ...{ precision: 'fp32', normalization, device: 'cpu', workers: 1 },
};

const rgb = { mean: [0.5, 0.4, 0.3], std: [0.25, 0.2, 0.3] };
const size = 64;

async function resnet(): Promise<Network> {
  const file = await readFile(join(packageRoot, 'models', 'resnet18.json'), 'utf8');
  const spec = JSON.parse(file) as object;
  return Network.build(spec, { outputs: 5, channels: 3, height: size, width: size }, 1);
}

/** Noise, the same every time; no two images are equal. */
function colorImages(count: number): Uint8Array[] {
  const bytes = 3 * size * size;
  return Array.from({ length: count }, (_, image) =>
    Uint8Array.from({ length: bytes }, (_value, i) => ((i * 7919 + image * 104729) >>> 3) % 251),
  );
}

/** As the table does it: pixels scaled to [0, 1], then (x − mean) / std. */
function normalized(image: Uint8Array): Float32Array {
  return Float32Array.from(image, (pixel, i) => {
    const channel = Math.floor(i / (size * size));
    return (pixel / 255 - (rgb.mean[channel] ?? 0)) / (rgb.std[channel] ?? 1);
  });
}

async function evaluated(network: Network, images: readonly Uint8Array[]): Promise<Float32Array> {
  using dataset = Dataset.fromImages(Buffer.concat(images), [images.length, 3, size, size]);
  const indices = Int32Array.from(images, (_, i) => i);
  const { values } = await network.evaluate(dataset, {
    ...{ indices, labels: new Int32Array(), batchSize: 4, loss: 'crossEntropy' },
    ...{ precision: 'fp32', normalization: rgb },
  });
  return values;
}

function distance(actual: Float32Array, expected: Float32Array): number {
  return (
    Math.hypot(...actual.map((value, i) => value - (expected[i] ?? NaN))) / Math.hypot(...expected)
  );
}

/** A gray image of `smallNetwork`'s size. */
const gray = new Uint8Array(side * side).map((_, i) => (i * 37) % 256);

async function compiledSmall(options: Partial<CompileOptions> = {}): Promise<CompiledNetwork> {
  using network = smallNetwork();
  return await compileNetwork(network, { ...compileOptions, ...options });
}

test('answers are those of Network.evaluate, for bytes and for normalized values, one by one and together', async (t) => {
  using network = await resnet();
  using compiled = await compileNetwork(network, { ...compileOptions, normalization: rgb });
  t.is(compiled.outputs, 5);
  const images = colorImages(5);
  const expected = await evaluated(network, images);
  t.true(distance(await compiled.run(images, alone), expected) < 1e-5);
  const mixed = images.map((image, i) => (i % 2 ? image : normalized(image)));
  t.true(distance(await compiled.run(mixed, alone), expected) < 1e-5);
  for (const [i, image] of images.entries()) {
    const one = await compiled.run([image], { worker: 0, threads: 2 });
    t.true(distance(one, expected.subarray(i * 5, i * 5 + 5)) < 1e-5);
  }
});

test('bfloat16 answers are near', async (t) => {
  using network = await resnet();
  const options = { ...compileOptions, precision: 'bf16', normalization: rgb } as const;
  using compiled = await compileNetwork(network, options);
  const images = colorImages(3);
  const off = distance(await compiled.run(images, alone), await evaluated(network, images));
  t.true(off > 0 && off < 0.02, `${off}`);
});

test('workers that run at once give what one gives alone', async (t) => {
  using network = await resnet();
  const options = { ...compileOptions, normalization: rgb, workers: 3 };
  using compiled = await compileNetwork(network, options);
  const images = colorImages(4);
  const expected = await compiled.run(images, alone);
  const runs = await Promise.all(
    Array.from({ length: 24 }, async (_, i) =>
      compiled.run(images, { worker: i % 3, threads: 1 + (i % 2) }),
    ),
  );
  for (const values of runs) t.true(distance(values, expected) < 1e-6);
});

test('a view into a larger buffer is read from its own start, and may change once the call is under way', async (t) => {
  using compiled = await compiledSmall();
  const expected = await compiled.run([gray], alone);
  const pool = new Uint8Array(gray.length + 10);
  pool.set(gray, 10);
  const running = compiled.run([pool.subarray(10)], alone);
  pool.fill(0);
  t.deepEqual(await running, expected);
});

test('the network may learn on, and be disposed of, without changing the compiled one', async (t) => {
  const network = smallNetwork();
  using compiled = await compileNetwork(network, compileOptions);
  const before = await compiled.run([gray], alone);
  using dataset = brightness(64);
  using trainer = new Trainer(network, config);
  await trainer.epoch(dataset, epochOptions(64));
  using learned = await compileNetwork(network, compileOptions);
  network.dispose();
  t.deepEqual(await compiled.run([gray], alone), before);
  t.notDeepEqual(await learned.run([gray], alone), before);
});

test('disposing lets the runs under way finish; later ones are refused', async (t) => {
  const compiled = await compiledSmall({ workers: 2 });
  const expected = await compiled.run([gray], alone);
  const runs = Array.from({ length: 8 }, async (_, i) =>
    compiled.run([gray, gray, gray], { worker: i % 2, threads: 1 }),
  );
  compiled.dispose();
  for (const values of await Promise.all(runs)) {
    t.deepEqual(values.subarray(2, 4), values.subarray(0, 2));
    t.true(distance(values.subarray(0, 2), expected) < 1e-5);
  }
  await t.throwsAsync(compiled.run([gray], alone), code('ERR_DISPOSED'));
  t.notThrows(() => {
    compiled.dispose();
  });
});

const wrongRuns: readonly (readonly [what: string, images: unknown, options: object])[] = [
  ['no images', [], alone],
  ['an image of another length', [gray, gray.subarray(1)], alone],
  ['floats of another length', [new Float32Array(3)], alone],
  ['an image of another kind', [new Float64Array(side * side)], alone],
  ['one image that is not in an array', gray, alone],
  ['a worker that is not there', [gray], { worker: 1, threads: 1 }],
  ['a negative worker', [gray], { worker: -1, threads: 1 }],
  ['no threads', [gray], { worker: 0, threads: 0 }],
  ['a fractional number of threads', [gray], { worker: 0, threads: 1.5 }],
];

for (const [what, images, options] of wrongRuns) {
  test(`a run refuses ${what}`, async (t) => {
    using compiled = await compiledSmall();
    const run = compiled.run(images as never, options as never);
    await t.throwsAsync(run, code('ERR_INVALID_ARGUMENT'));
  });
}

test('compiling refuses normalization for other channels, no workers, and a reconstruction', async (t) => {
  const refused = code('ERR_INVALID_ARGUMENT');
  await t.throwsAsync(compiledSmall({ normalization: rgb }), refused);
  await t.throwsAsync(compiledSmall({ normalization: { mean: [0], std: [0] } }), refused);
  await t.throwsAsync(compiledSmall({ workers: 0 }), refused);
  const layers = [{ kind: 'conv2d', name: 'conv', out: 'channels', kernel: 3, padding: 'same' }];
  using reconstruction = Network.build(
    { convention: 'keras', task: 'reconstruction', layers },
    { outputs: 1, channels: 1, height: 8, width: 8 },
    1,
  );
  await t.throwsAsync(compileNetwork(reconstruction, compileOptions), code('ERR_UNSUPPORTED'));
});

(systemInfo().cuda.available ? test.skip : test)(
  'compiling for a CUDA device that is not there says so, and compiling for the CPU goes on',
  async (t) => {
    using network = smallNetwork();
    const onCuda = compileNetwork(network, { ...compileOptions, device: 'cuda' });
    await t.throwsAsync(onCuda, { ...code('ERR_DEVICE'), message: /CUDA/ });
    using compiled = await compileNetwork(network, compileOptions);
    t.is(compiled.outputs, 2);
  },
);

for (const [name, what, expected] of [
  ['exit', 'process.exit(7)', 7],
  ['terminate', 'worker.terminate()', 0],
  ['natural', 'the end of the script', 0],
] as const) {
  test(`${what} during runs ends the process cleanly and soon`, async (t) => {
    const ending = await runChild('running', name);
    t.is(ending.code, expected, ending.output);
    const milliseconds = Date.now() - Number(ending.output);
    t.true(milliseconds < 5000, `${milliseconds} ms`);
  });
}
