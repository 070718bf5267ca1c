/** The region that hides the lungs is one for all images, covers what masks share, and forgives odd ones. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { lungRegion } from '../../src/probing/lungs.js';
import { side } from '../../src/probing/types.js';
import { plainMaterial } from './collections.js';
import { temporaryFolder } from '../temporaryFolder.js';

/** A mask file that is white in one rectangle. */
async function mask(path: string, left: number, top: number, width: number, height: number) {
  const white = { create: { width, height, channels: 3, background: 'white' } } as const;
  const black = {
    create: { width: side, height: side, channels: 3, background: 'black' },
  } as const;
  await sharp(black)
    .composite([{ input: white, left, top }])
    .png()
    .toFile(path);
}

/** Material whose images have masks of these names, all learned from. */
function materialOf(names: readonly string[], folder: string) {
  const files = names.map((name) => ({
    ...{ path: name, name, label: 0, split: null, group: name },
    mask: join(folder, name),
  }));
  return { ...plainMaterial(), files, train: files.length };
}

test('the region is what the masks cover together, 2 pixels wider on each side', async (t) => {
  const folder = await temporaryFolder(t);
  await mask(join(folder, 'a.png'), 20, 10, 8, 30);
  await mask(join(folder, 'b.png'), 28, 10, 8, 30);
  const found = await lungRegion(materialOf(['a.png', 'b.png'], folder), undefined);
  if ('reason' in found) throw new Error(found.reason);
  const expected = Uint8Array.from({ length: side ** 2 }, (_, at) => {
    const [row, column] = [Math.floor(at / side), at % side];
    return row >= 8 && row < 42 && column >= 18 && column < 38 ? 1 : 0;
  });
  t.deepEqual(found.region, expected);
  t.regex(found.note, /16\.6% of every image black; 0\.0% of the lung pixels of 2 masks/);
});

test('one odd mask in a hundred does not blacken the image, and is told of', async (t) => {
  const folder = await temporaryFolder(t);
  const names = Array.from({ length: 100 }, (_, number) => `${number}.png`);
  for (const name of names.slice(1)) await mask(join(folder, name), 20, 20, 10, 10);
  await mask(join(folder, '0.png'), 0, 0, side, side);
  const found = await lungRegion(materialOf(names, folder), undefined);
  if ('reason' in found) throw new Error(found.reason);
  t.is(
    found.region.reduce((sum, value) => sum + value, 0),
    14 ** 2,
  );
  const outside = (100 * (side ** 2 - 14 ** 2)) / (side ** 2 + 99 * 100);
  t.true(found.note.includes(`${outside.toFixed(1)}% of the lung pixels`), found.note);
});

test('masks that cannot be read are listed, and where none can there is nothing to see', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'deep'));
  await mask(join(folder, 'deep', 'good.png'), 20, 20, 10, 10);
  await writeFile(join(folder, 'bad.png'), 'no image');
  const some = await lungRegion(materialOf(['bad.png', 'deep/good.png'], folder), undefined);
  t.true('region' in some);
  t.deepEqual(
    some.problems?.map(({ file, code }) => [file, code]),
    [[join(folder, 'bad.png'), 'ERR_UNREADABLE_IMAGE']],
  );
  const none = await lungRegion(materialOf(['bad.png'], folder), undefined);
  t.like(none, { reason: 'none of 1 lung masks can be read' });
});
