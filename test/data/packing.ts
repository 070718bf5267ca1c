/** Small sources of real files, for tests of packing. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import sharp from 'sharp';
import type { ImageFormat, ImageSource } from '../../src/data/types.js';
import { makeFolder } from './folder.js';

export const small: ImageFormat = { channels: 1, height: 12, width: 10, fit: 'fill' };

/** A PNG that no other `shade` gives. */
export function png(shade: number): Promise<Buffer> {
  const pixels = Buffer.from(
    Array.from({ length: 15 * 15 }, (_, at) => (at * (shade + 1) + shade) % 256),
  );
  return sharp(pixels, { raw: { width: 15, height: 15, channels: 1 } })
    .png()
    .toBuffer();
}

/** `count` images of two classes, two to a patient; `broken` lists those that are no images. */
export async function makeSource(
  t: ExecutionContext,
  count: number,
  broken: readonly number[] = [],
): Promise<ImageSource> {
  const numbers = Array.from({ length: count }, (_, number) => number);
  const contents = await Promise.all(
    numbers.map(async (number) => (broken.includes(number) ? `no image ${number}` : png(number))),
  );
  const name = (number: number) => `${number % 3 === 0 ? 'NORMAL' : 'PNEUMONIA'}/${number}.png`;
  const files = contents.map((content, number): [string, string | Buffer] => [
    name(number),
    content,
  ]);
  const root = await makeFolder(t, Object.fromEntries(files));
  return {
    root,
    kind: 'folders',
    classes: ['NORMAL', 'PNEUMONIA'],
    samples: numbers.map((number) => ({
      path: join(root, name(number)),
      name: name(number),
      label: number % 3 === 0 ? 0 : 1,
      split: number === 0 ? null : number % 2 === 0 ? 'train' : 'test',
      group: `patient ${number >> 1}`,
    })),
    problems: [],
  };
}
