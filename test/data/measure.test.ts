/** Mean and deviation are those of every pixel of the training images, as two passes over them give. */
import { join } from 'node:path';
import sharp from 'sharp';
import test from 'ava';
import { measureImages } from '../../src/data/index.js';
import { makeFolder } from './folder.js';

const side = 8;

/** A color PNG of pixels that a small generator draws from its seed. */
async function png(seed: number): Promise<{ file: Buffer; pixels: Buffer }> {
  let state = seed;
  const pixels = Buffer.from(
    Array.from({ length: side * side * 3 }, () => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return (state >>> 16) % 256;
    }),
  );
  const file = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
  return { file, pixels };
}

test('each channel is measured over the training images alone', async (t) => {
  const images = await Promise.all([1, 2, 3, 4, 5].map(png));
  const places = ['train/A/1', 'train/A/2', 'train/B/3', 'test/A/4', 'test/B/5'];
  const files = images.map(({ file }, index) => [`${places[index] ?? ''}.png`, file] as const);
  const source = await makeFolder(t, Object.fromEntries(files));
  const format = { channels: 3 as const, height: side, width: side, fit: 'fill' as const };
  const measured = await measureImages(source, format, { cacheDir: join(source, '..', 'cache') });
  t.is(measured.split, 'train');
  t.is(measured.images, 3);
  for (const channel of [0, 1, 2]) {
    const values = images
      .slice(0, 3)
      .flatMap(({ pixels }) => [...pixels].filter((_, index) => index % 3 === channel))
      .map((value) => value / 255);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    t.true(Math.abs((measured.mean[channel] ?? NaN) - mean) < 1e-12);
    t.true(Math.abs((measured.std[channel] ?? NaN) - Math.sqrt(variance)) < 1e-12);
  }
});
