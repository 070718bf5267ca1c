/** Phantoms, a small model that knows them, and shifts planted into others. */
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { writePhantomDataset } from '../../src/data/index.js';
import { train, type RunResult } from '../../src/training/index.js';

const side = 64;

/** How an image comes out elsewhere. */
export type Planted = (image: sharp.Sharp) => sharp.Sharp;

export const planted = {
  gamma: (image) => image.linear(1, 0).gamma(2.2, 1),
  inversion: (image) => image.negate(),
  haze: (image) => image.blur(4).linear(0.5, 90),
  letterbox: (image) => image.extend({ top: 16, bottom: 16, background: 'black' }),
} as const satisfies Record<string, Planted>;

/** `root/known/images` with train and val to learn from, `root/fresh/images` with other patients. */
export async function writePhantoms(root: string): Promise<void> {
  const kinds = { size: side, kinds: ['normal', 'bacterial'], mergePneumonia: true } as const;
  await writePhantomDataset(join(root, 'known'), {
    ...{ ...kinds, seed: 1, imagesPerClass: 300 },
    shares: { train: 0.7, val: 0.3, test: 0 },
  });
  await writePhantomDataset(join(root, 'fresh'), {
    ...{ ...kinds, seed: 2, imagesPerClass: 90 },
    shares: { train: 1, val: 0, test: 0 },
  });
}

/** The fresh patients' images under a planted shift, one folder for each class. */
export async function plant(root: string, name: string, change: Planted): Promise<string> {
  const from = join(root, 'fresh', 'images', 'train');
  const folder = join(root, name);
  for (const file of await readdir(from, { recursive: true })) {
    if (!file.endsWith('.png')) continue;
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await change(sharp(join(from, file)))
      .toColourspace('b-w')
      .png()
      .toFile(path);
  }
  return folder;
}

/** A convolution, batch normalization and a hidden layer: what AdaBN takes. */
export const normalized = {
  ...{ name: 'normalized', description: 'Small', source: 'Test', convention: 'torch', classes: 2 },
  input: { channels: 1, height: side, width: side },
  layers: [
    { kind: 'conv2d', name: 'conv1', out: 8, kernel: 5, stride: 2, padding: 'same' },
    { kind: 'batchNorm', name: 'norm1', activation: 'relu' },
    { kind: 'maxPool2d', kernel: 4 },
    { kind: 'flatten' },
    { kind: 'linear', name: 'embedding', out: 32, activation: 'relu' },
    { kind: 'linear', name: 'head', out: 'classes' },
  ],
  layersFor: { cam: 'conv1', embedding: 'embedding' },
};

/** @param model `lenet5`, or the path of an architecture file */
export async function learn(root: string, model = 'lenet5'): Promise<RunResult> {
  return train({
    data: join(root, 'known', 'images'),
    model,
    imgSize: side,
    epochs: 12,
    lr: 1e-3,
    batchSize: 16,
    precision: 'fp32',
    seed: 3,
    output: join(root, 'runs'),
    cacheDir: join(root, 'cache'),
  });
}
