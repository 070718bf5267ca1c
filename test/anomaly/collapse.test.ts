/** An autoencoder that gives one gray for all is found, by what is left of the images' variation. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refuseCollapse, variationOf } from '../../src/anomaly/collapse.js';
import { trainAnomalyDetector } from '../../src/anomaly/index.js';
import { loadModel, toMetadata } from '../../src/inference/index.js';
import { loadModelSpec } from '../../src/models/index.js';
import { Dataset, Network, RoentgenError } from '../../src/native/index.js';
import { quickSettings, testOnImages } from '../inference/images.js';

const test = testOnImages();
const images = Float32Array.of(0, 4, 8, 4, 8, 4, 0, 4, 2, 2, 6, 6);
const size = 4;

const reconstructions: readonly (readonly [
  what: string,
  outputs: Float32Array,
  within: number,
  between: number,
])[] = [
  ['the images themselves', images, 1, 1],
  ['half of their contrast', images.map((value) => 4 + (value - 4) / 2), 0.5, 0.5],
  ['one gray for all', images.map(() => 4), 0, 0],
  [
    'a gray of its own for each',
    Float32Array.of(4, 4, 4, 4, 6, 6, 6, 6, 2, 2, 2, 2),
    0,
    Math.sqrt(3 / 7),
  ],
  ['the same picture for each', images.map((_, at) => images[at % size] ?? 0), 1, 0],
];
for (const [what, outputs, within, between] of reconstructions) {
  test(`of ${what} the variation is ${within} within an image and ${between.toFixed(2)} between images`, (t) => {
    const variation = variationOf(images, outputs, size);
    t.true(Math.abs(variation.within - within) < 1e-6, String(variation.within));
    t.true(Math.abs(variation.between - between) < 1e-6, String(variation.between));
  });
}

test('a network whose weights are all zero is refused with what to do', async (t) => {
  const path = join(t.context.root, 'zero.safetensors');
  await writeZeroModel(path, t.context.root);
  using model = await loadModel(path);
  const pixels = Uint8Array.from({ length: 4 * 32 * 32 }, (_, at) => (at * 37) % 251);
  using dataset = Dataset.fromImages(pixels, [4, 1, 32, 32]);
  await t.throwsAsync(refuseCollapse(model, dataset, [0, 1, 2, 3]), {
    instanceOf: RoentgenError,
    code: 'ERR_DIVERGED',
    message: /has collapsed: .* 0\.000 of the contrast within an image .* lower learning rate/,
  });
});

test('training ends after a hundred updates where all images have come out alike', async (t) => {
  const { root } = t.context;
  const settings = { ...quickSettings(root), model: 'autoencoder', imgSize: 32, normal: 'DARK' };
  const run = trainAnomalyDetector({
    ...settings,
    lr: 100,
    batchSize: 1,
    epochs: 9,
    experiment: 'collapsed',
  });
  const error = await t.throwsAsync(run, { instanceOf: RoentgenError, code: 'ERR_DIVERGED' });
  t.regex(error.message, /collapsed/);
  const { history } = error.details as { history: unknown[] };
  t.is(history.length, 6, 'of 18 images each');
});

/** The autoencoder for 1×32×32 images with zeros for weights. */
async function writeZeroModel(path: string, folder: string): Promise<void> {
  const shape = { outputs: 1, channels: 1, height: 32, width: 32 };
  using network = Network.build(loadModelSpec('autoencoder'), shape, 0);
  const shapes: Record<string, number[]> = {};
  const widths = {
    encoder1: 64,
    encoder2: 32,
    encoder3: 16,
    middle: 16,
    decoder1: 32,
    decoder2: 64,
  };
  let before = 1;
  for (const [name, width] of [...Object.entries(widths), ['decoder3', 1] as const]) {
    shapes[`${name}.weight`] = [width, before, 3, 3];
    shapes[`${name}.bias`] = [width];
    before = width;
  }
  const zeros = join(folder, 'zeros.safetensors');
  await writeFile(zeros, zeroTensors(shapes));
  await network.importWeights(zeros, { head: [], aliases: {} });
  const metadata = toMetadata({
    ...{ model: 'autoencoder', classes: ['NORMAL'], task: 'reconstruction', output: 'softmax' },
    ...{ loss: 'meanSquaredError', mean: [0], std: [1], fit: 'fill', provenance: {} },
  });
  await network.save(path, metadata);
}

/** A safetensors file of float32 zeros. */
function zeroTensors(shapes: Readonly<Record<string, number[]>>): Buffer {
  let end = 0;
  const header = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const start = end;
      end += 4 * shape.reduce((product, side) => product * side, 1);
      return [name, { dtype: 'F32', shape, data_offsets: [start, end] }];
    }),
  );
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(end)]);
}
