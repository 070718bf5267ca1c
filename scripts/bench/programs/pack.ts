/** Packs a folder, with roentgen or with bare sharp in a pool of promises, and prints what it took. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { decodeImage, packDataset, scanSource } from '../../../src/data/index.js';
import { systemInfo } from '../../../src/native/index.js';
import { emit, main, measure } from './measure.js';

const [side = '', folder = '', cacheDir = '', concurrency = ''] = process.argv.slice(2);
const size = 224;
const format = { channels: 1, height: size, width: size, fit: 'fill' } as const;

main(async () => {
  const source = await scanSource(folder, { allowSingleClass: true });
  const paths = source.samples.map(({ path }) => path);
  systemInfo(); // loads LibTorch, whose time has a part of its own
  // Loads libvips's code and opens its caches.
  for (const path of paths.slice(0, 8)) await decodeImage(await readFile(path), format);
  const work = {
    roentgen: async () => (await packDataset(source, format, { cacheDir })).dataset.shape[0],
    'sharp to gray': () => decodeAll(paths, Number(concurrency), toGray),
    'sharp to RGB': () => decodeAll(paths, Number(concurrency), toRgb),
  }[side];
  if (work === undefined) throw new TypeError(`no such side: ${side}`);
  const { result, ...cost } = await measure<number>(work);
  emit({ ...cost, images: result });
});

/** What people write. */
const toGray = (path: string): Promise<Buffer> =>
  sharp(path).resize(size, size, { fit: 'fill' }).grayscale().raw().toBuffer();

/** The operations of `decodeImage`, which makes gray of RGB itself because that is faster. */
const toRgb = (path: string): Promise<Buffer> =>
  sharp(path, { ignoreIcc: true, autoOrient: true })
    .resize({ width: size, height: size, fit: 'fill', background: 'black' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();

/** Each of `width` workers takes the next file until none is left. */
async function decodeAll(
  paths: readonly string[],
  width: number,
  decode: (path: string) => Promise<Buffer>,
): Promise<number> {
  const files = paths.values();
  const worker = async (): Promise<void> => {
    for (const path of files) await decode(path);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return paths.length;
}
