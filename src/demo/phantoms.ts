/** The demonstration's radiographs: drawn once, found again later. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { phantomKinds, writePhantomDataset } from '../data/index.js';
import { throwIfAborted, writeError } from '../native/index.js';

export interface DemoData {
  /** Folder with {train,val,test}/CLASS/*.png. */
  images: string;
  /** How many. */
  count: number;
  /** Two of each class from the test split, as {test}/CLASS/*.png. */
  examples: string[];
}

/** Larger than what the network sees, small enough to be drawn at a hundred a second. */
const size = 96;
const examplesPerClass = 2;

/** @throws RoentgenError ERR_NO_SPACE, ERR_IO, ABORT_ERR */
export async function prepareData(
  output: string,
  imagesPerClass: number,
  signal: AbortSignal | undefined,
): Promise<DemoData> {
  const folder = join(output, `phantoms-${imagesPerClass}`);
  if (!existsSync(folder)) await draw(folder, imagesPerClass, signal);
  const images = join(folder, 'images');
  const test = join(images, 'test');
  const examples: string[] = [];
  for (const className of (await readdir(test)).sort()) {
    const names = (await readdir(join(test, className))).sort().slice(0, examplesPerClass);
    examples.push(...names.map((name) => join(test, className, name)));
  }
  return { images, count: imagesPerClass * phantomKinds.length, examples };
}

/** Under another name first: what an interrupted demonstration leaves is not taken for the whole. */
async function draw(
  folder: string,
  imagesPerClass: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const partial = `${folder}.partial`;
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(dirname(folder), { recursive: true });
    await writePhantomDataset(partial, { imagesPerClass, size, signal });
    await rename(partial, folder);
  } catch (error) {
    throwIfAborted(signal);
    throw writeError(folder, error);
  }
}
