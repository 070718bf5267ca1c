/** images.csv: each image of a run or an evaluation with its class, patient, split, use and content. */
import { join } from 'node:path';
import { formatCsv, parseCsv, splits, type PackedIndex, type Split } from '../data/index.js';
import { readTextFile, RoentgenError, writeFileAtomic } from '../native/index.js';

export const imagesFile = 'images.csv';

/** What an image was taken for: to learn from, to choose on, to report figures of, or nothing. */
export const uses = ['train', 'validation', 'test', 'evaluated', 'unused'] as const;
export type ImageUse = (typeof uses)[number];

export interface ListedImage {
  /** Relative to the data's root. */
  name: string;
  /** Empty where the class is unknown. */
  className: string;
  /** As the data say it; null where they have no splits. */
  split: Split | null;
  /** What no split may cut in two: a patient or a study. */
  group: string;
  use: ImageUse;
  /** SHA-256 of the file, in hexadecimal. */
  hash: string;
}

/** The images of a packed dataset, as they lie in it. */
export function listImages(
  { names, classes, labels, splits: own, groups, hashes }: PackedIndex,
  useOf: (position: number) => ImageUse,
): ListedImage[] {
  return names.map((name, at) => ({
    name,
    className: classes[labels[at] ?? -1] ?? '',
    split: own[at] ?? null,
    group: groups[at] ?? '',
    use: useOf(at),
    hash: hashes[at] ?? '',
  }));
}

const header = ['filepath', 'label', 'split', 'patient_id', 'use', 'sha256'] as const;

/** @throws RoentgenError ERR_NO_SPACE, ERR_IO */
export async function writeImages(folder: string, images: readonly ListedImage[]): Promise<void> {
  const rows = images.map(({ name, className, split, group, use, hash }) => [
    ...[name, className, split ?? '', group, use, hash],
  ]);
  await writeFileAtomic(join(folder, imagesFile), formatCsv([header, ...rows]));
}

/** @throws RoentgenError ERR_NOT_FOUND, ERR_IO; ERR_INVALID_FILE naming the line that is not as it was written */
export async function readImages(folder: string): Promise<ListedImage[]> {
  const path = join(folder, imagesFile);
  const [first, ...rows] = parseCsv(await readText(path), path, 'ERR_INVALID_FILE');
  if (first?.cells.join(',') !== header.join(',')) throw damaged(path, 1, 'the header');
  return rows.map(({ line, cells }) => {
    const [name = '', className = '', splitCell = '', group = '', useCell = '', hash = ''] = cells;
    const split = splits.find((known) => known === splitCell) ?? null;
    const use = uses.find((known) => known === useCell);
    if (cells.length !== header.length) throw damaged(path, line, `${cells.length} cells`);
    if (use === undefined) throw damaged(path, line, `the use "${useCell}"`);
    if (split === null && splitCell !== '') throw damaged(path, line, `the split "${splitCell}"`);
    if (!/^[0-9a-f]{64}$/.test(hash)) throw damaged(path, line, 'the hash');
    return { name, className, split, group, use, hash };
  });
}

async function readText(path: string): Promise<string> {
  const text = await readTextFile(path);
  if (text === null) throw new RoentgenError('ERR_NOT_FOUND', `${path} is missing.`);
  return text;
}

function damaged(path: string, line: number, what: string): RoentgenError {
  return new RoentgenError(
    'ERR_INVALID_FILE',
    `${path}, line ${line}: ${what} is not as it was written`,
  );
}
