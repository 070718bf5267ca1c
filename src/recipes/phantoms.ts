/** The phantoms of a quick run, drawn once for each set that a recipe names. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, writePhantomDataset } from '../data/index.js';
import { packageVersion, throwIfAborted, writeError } from '../native/index.js';
import type { Phantoms, Recipe } from './schema.js';

/**
 * Paths by the recipe's names, of all that it can draw and the user has not given; masks only of images that are drawn.
 * @param folder of this recipe's results
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO, ABORT_ERR
 */
export async function drawPhantoms(
  { data }: Recipe,
  given: Readonly<Record<string, string>>,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<Record<string, string>> {
  const paths: Record<string, string> = {};
  for (const [name, { quick }] of Object.entries(data)) {
    if (quick === undefined) continue;
    const images = 'masksOf' in quick ? quick.masksOf : name;
    const drawn = data[images]?.quick;
    if (drawn === undefined || 'masksOf' in drawn || images in given) continue;
    const place = join(folder, 'phantoms', nameOf(drawn));
    if (!existsSync(place)) await draw(place, drawn, signal);
    paths[name] = join(place, drawn === quick ? 'images' : 'masks');
  }
  return paths;
}

/** Other phantoms have another name, so that a changed recipe does not find the old ones. */
function nameOf(phantoms: Phantoms): string {
  const hash = sha256(JSON.stringify([packageVersion, phantoms]));
  return `${phantoms.scanner}-${hash.slice(0, 8)}`;
}

/** Under another name first: what an interruption leaves is not taken for the whole. */
async function draw(
  place: string,
  { classes, pneumonia, ...options }: Phantoms,
  signal: AbortSignal | undefined,
): Promise<void> {
  const partial = `${place}.partial`;
  try {
    await rm(partial, { recursive: true, force: true });
    const mergePneumonia = pneumonia === 'merged';
    await writePhantomDataset(partial, { ...options, mergePneumonia, signal });
    if (classes !== undefined) {
      for (const tree of ['images', 'masks']) await regroup(join(partial, tree), classes);
    }
    await rename(partial, place);
  } catch (error) {
    throwIfAborted(signal);
    throw writeError(place, error);
  }
}

/** {train,val,test}/DRAWN/* becomes CLASS/*. */
async function regroup(tree: string, classes: Readonly<Record<string, string>>): Promise<void> {
  const splits = await readdir(tree);
  for (const [name, drawn] of Object.entries(classes)) {
    await mkdir(join(tree, name));
    for (const split of splits) {
      for (const file of await readdir(join(tree, split, drawn))) {
        await rename(join(tree, split, drawn, file), join(tree, name, file));
      }
    }
  }
  for (const split of splits) await rm(join(tree, split), { recursive: true });
}
