/** A network that has learned one thing, a bright square, and where the square is in every image. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { drawPhantom } from '../../src/data/index.js';
import type { Box } from '../../src/explanation/index.js';
import { train } from '../../src/training/index.js';

/** Height and width of the images, and of the square, in pixels. */
export const imageSide = 64;
export const squareSide = 12;

/** A small network whose last map still has places. */
const architecture = {
  name: 'tiny',
  description: 'Three convolutions and a mean over places',
  source: 'this test',
  convention: 'torch',
  input: { channels: 1, height: imageSide, width: imageSide },
  classes: 2,
  layers: [
    { kind: 'conv2d', name: 'conv1', out: 8, kernel: 5, stride: 2, padding: 'same' },
    { kind: 'batchNorm', name: 'bn1', activation: 'relu' },
    { kind: 'conv2d', name: 'conv2', out: 16, kernel: 3, stride: 2, padding: 'same' },
    { kind: 'batchNorm', name: 'bn2', activation: 'relu' },
    { kind: 'conv2d', name: 'conv3', out: 16, kernel: 3, padding: 'same', activation: 'relu' },
    { kind: 'globalAvgPool', name: 'embedding' },
    { kind: 'linear', name: 'head', out: 'classes' },
  ],
  layersFor: { cam: 'conv3', embedding: 'embedding' },
};

export interface PlantedModel {
  /** The model file. */
  model: string;
  /** Folder of tagged images that the network has not seen, and of their lung masks. */
  images: string;
  masks: string;
  /** By the images' names. */
  boxes: ReadonlyMap<string, Box>;
}

/** Trains it; `folder` must be new. */
export async function plantModel(folder: string, { held = 12 } = {}): Promise<PlantedModel> {
  const boxes = new Map<string, Box>();
  for (let number = 0; number < 160; number += 1) {
    const tagged = number % 2 === 0;
    await draw(join(folder, 'data/train', tagged ? 'TAGGED' : 'PLAIN'), number, tagged);
  }
  for (let number = 160; number < 160 + held; number += 1) {
    const { name, box } = await draw(join(folder, 'images'), number, true, join(folder, 'masks'));
    boxes.set(name, box);
  }
  const file = join(folder, 'tiny.json');
  await writeFile(file, JSON.stringify(architecture));
  const { model } = await train({
    ...{ model: file, data: join(folder, 'data'), output: join(folder, 'runs') },
    ...{ cacheDir: join(folder, 'cache'), experiment: 'tiny', groupBy: 'file', device: 'cpu' },
    ...{ epochs: 20, batchSize: 16, lr: 5e-3, seed: 1, valFraction: 0.2 },
  });
  return { model, images: join(folder, 'images'), masks: join(folder, 'masks'), boxes };
}

async function draw(
  folder: string,
  number: number,
  tagged: boolean,
  masks?: string,
): Promise<{ name: string; box: Box }> {
  const { pixels, mask } = drawPhantom({
    kind: 'normal',
    size: imageSide,
    seed: 9,
    patient: number,
  });
  const free = imageSide - squareSide;
  const box = {
    left: (number * 37) % free,
    top: (number * 53) % free,
    width: squareSide,
    height: squareSide,
  };
  // Darker than the square everywhere, so that it alone is bright.
  const gray = pixels.map((value, at) => {
    const [row, column] = [Math.floor(at / imageSide), at % imageSide];
    const inside =
      row >= box.top &&
      row < box.top + box.height &&
      column >= box.left &&
      column < box.left + box.width;
    return tagged && inside ? 255 : value * 0.7;
  });
  const name = `image${number}.png`;
  await writePng(folder, name, gray);
  if (masks !== undefined) await writePng(masks, name, mask);
  return { name, box };
}

async function writePng(folder: string, name: string, pixels: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const raw = { width: imageSide, height: imageSide, channels: 1 } as const;
  await sharp(pixels, { raw }).toColourspace('b-w').png().toFile(join(folder, name));
}
