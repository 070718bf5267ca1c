/** Folders of radiographs for the benchmarks: real ones where they are at hand, else phantoms. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { extname, join, parse, resolve } from 'node:path';
import { writePhantomDataset } from '../../src/data/index.js';
import { packageRoot } from '../../src/native/index.js';

const dataFolder =
  process.env['ROENTGEN_TEST_DATA'] ?? resolve(packageRoot, '..', 'shared', 'data');

/** At most `count` radiographs of two classes at 224², in a new folder that torchvision's ImageFolder reads too. */
export async function radiographs(folder: string, count: number): Promise<string> {
  const perClass = count / 2;
  const real = join(dataFolder, 'chest_xray', 'train');
  if (!existsSync(real)) return phantoms(folder, perClass);
  for (const name of ['NORMAL', 'PNEUMONIA']) {
    const files = await imagesIn(join(real, name));
    await copyInto(join(folder, name), join(real, name), files.slice(0, perClass), 1);
  }
  return folder;
}

/** Large radiographs, each `copies` times, in a new folder; undefined where there are none. */
export async function fullSizeRadiographs(
  folder: string,
  copies: number,
): Promise<string | undefined> {
  const real = join(dataFolder, 'fullsize');
  if (!existsSync(real)) return undefined;
  await copyInto(join(folder, 'all'), real, await imagesIn(real), copies);
  return folder;
}

async function phantoms(folder: string, imagesPerClass: number): Promise<string> {
  const { images } = await writePhantomDataset(folder, {
    imagesPerClass,
    size: 224,
    kinds: ['normal', 'bacterial'],
    shares: { train: 1, val: 0, test: 0 },
  });
  return join(images, 'train');
}

async function imagesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /\.jpe?g$/i.test(name));
}

async function copyInto(
  target: string,
  source: string,
  files: readonly string[],
  copies: number,
): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const file of files) {
    for (let copy = 0; copy < copies; copy += 1) {
      await copyFile(
        join(source, file),
        join(target, `${parse(file).name}-${copy}${extname(file)}`),
      );
    }
  }
}
