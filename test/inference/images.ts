/** Folders of tiny images whose class is their brightness, and a model that learned it. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import sharp from 'sharp';
import { train, type TrainOptions, type RunResult } from '../../src/training/index.js';

const side = 32;

/** A test with a folder of its file's own: `root`, and the images of `writeSplits` in `root/data`. */
export function testOnImages(): TestFn<{ root: string }> {
  const test = anyTest as TestFn<{ root: string }>;
  test.before(async (t) => {
    const { path } = await temporaryFolder();
    t.context = { root: path };
    await writeSplits(join(path, 'data'));
  });
  test.after.always(async (t) => {
    await rm(t.context.root, { recursive: true, force: true });
  });
  return test;
}

/** A folder below the system's temporary one, and how to remove it. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'roentgen-'));
  return { path, remove: async () => rm(path, { recursive: true, force: true }) };
}

/** Writes `count` gray images of about this brightness, or of a brightness for each. The seed keeps any two from being the same file. */
export async function writeImages(
  folder: string,
  count: number,
  brightness: number | ((image: number) => number),
  seed = 0,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const pixels = Buffer.alloc(side * side);
    const base = typeof brightness === 'number' ? brightness : brightness(i);
    for (let p = 0; p < pixels.length; p += 1) {
      pixels[p] = base + ((Math.imul(p + 1, 2654435761 + 977 * i + 31337 * seed) >>> 8) % 60);
    }
    const path = join(folder, `image${i}.png`);
    await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
      .png()
      .toFile(path);
    paths.push(path);
  }
  return paths;
}

/** `root/{train,test}/{BRIGHT,DARK}`: 24 images a class to train on, 6 to test. */
export async function writeSplits(root: string): Promise<void> {
  for (const [split, count, seed] of [
    ['train', 24, 1],
    ['test', 6, 2],
  ] as const) {
    await writeImages(join(root, split, 'BRIGHT'), count, 150, seed);
    await writeImages(join(root, split, 'DARK'), count, 30, seed);
  }
}

/**
 * `root/{train,val,test}/{BRIGHT,DARK}`: 100, 60 and 60 images a class, of which a third is as bright as some of the
 * other class.
 */
export async function writeOverlapping(root: string): Promise<void> {
  for (const [split, count, seed] of [
    ['train', 100, 3],
    ['val', 60, 4],
    ['test', 60, 5],
  ] as const) {
    const spread = (image: number): number => Math.round((90 * image) / count);
    await writeImages(join(root, split, 'BRIGHT'), count, (image) => 90 + spread(image), seed);
    await writeImages(join(root, split, 'DARK'), count, (image) => 30 + spread(image), seed + 10);
  }
}

/** Settings under which lenet5 learns these images in a second. */
export function quickSettings(root: string): TrainOptions {
  return {
    data: join(root, 'data'),
    model: 'lenet5',
    epochs: 6,
    lr: 5e-3,
    batchSize: 8,
    valFraction: 0.25,
    precision: 'fp32',
    seed: 3,
    output: join(root, 'runs'),
    cacheDir: join(root, 'cache'),
  };
}

/** Writes the images below `root/data` and trains on them. */
export async function trainQuickly(
  root: string,
  more: Partial<TrainOptions> = {},
): Promise<RunResult> {
  await writeSplits(join(root, 'data'));
  return train({ ...quickSettings(root), ...more });
}
