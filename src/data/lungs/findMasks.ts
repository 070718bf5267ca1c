/** Which file of a folder is the lung mask of which image. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { RoentgenError } from '../../native/index.js';
import { mapConcurrently } from '../concurrency.js';
import type { Found } from '../found.js';
import { resolveExisting } from '../walk.js';

/** How many files are looked up at once: more than libuv's four threads gain nothing. */
const lookups = 4;

/**
 * The same images with the masks of `folder` instead of those that a manifest names. A mask has its image's name
 * relative to the source's root, or that with `.png`, since masks of JPEG images are usually PNG files. Images without
 * one come without one.
 * @throws RoentgenError ERR_NOT_FOUND where the folder does not exist or holds no mask of these images
 */
export async function findMasks(images: readonly Found[], folder: string): Promise<Found[]> {
  const { path } = await resolveExisting(folder);
  const masks = await mapConcurrently(images, lookups, async ({ name }) => findMask(name, path));
  const [first] = images;
  if (first !== undefined && masks.every((mask) => mask === undefined)) {
    throw new RoentgenError(
      'ERR_NOT_FOUND',
      `${folder} holds no mask of the images: expected files of the same relative names, such as ${first.name}, ` +
        'or the same with .png.',
    );
  }
  return images.map(({ mask: _, ...image }, position) => {
    const mask = masks[position];
    return mask === undefined ? image : { ...image, mask };
  });
}

async function findMask(name: string, folder: string): Promise<string | undefined> {
  for (const candidate of [name, name.replace(/\.[^./]+$/, '.png')]) {
    const path = join(folder, candidate);
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists) return path;
  }
  return undefined;
}
