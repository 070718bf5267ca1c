/** Phantom collections with or without a shortcut: a marker in a corner, or files of another making. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { writePhantomDataset } from '../../src/data/index.js';
import { Dataset } from '../../src/native/index.js';
import { side, type Material } from '../../src/probing/types.js';

/** Height and width of the images, in pixels. */
export const imageSide = 64;

/** 100 images of each class, all of them to learn from and to be judged on. */
export async function writeCollection(folder: string, seed: number, imagesPerClass = 100) {
  return writePhantomDataset(folder, {
    seed,
    imagesPerClass,
    size: imageSide,
    kinds: ['normal', 'bacterial'],
    mergePneumonia: true,
    shares: { train: 1, val: 0, test: 0 },
  });
}

interface Row {
  filepath: string;
  label: string;
  split: string;
  patient: string;
  mask: string;
}

/** Rows of a manifest, its paths relative to its folder. */
export async function readRows(manifest: string): Promise<Row[]> {
  const [, ...lines] = (await readFile(manifest, 'utf8')).trim().split('\n');
  return lines.map((line) => {
    const [filepath = '', label = '', split = '', patient = '', mask = ''] = line.split(',');
    return { filepath, label, split, patient, mask };
  });
}

/** A copy of a collection whose images, or masks, `change` has drawn anew; it returns the new manifest. */
export async function redraw(
  manifest: string,
  folder: string,
  kind: 'filepath' | 'mask',
  change: (image: sharp.Sharp, row: Row, number: number) => sharp.Sharp,
): Promise<string> {
  const from = dirname(manifest);
  const rows = await readRows(manifest);
  const lines: string[] = [];
  for (const [number, row] of rows.entries()) {
    const drawn = change(sharp(join(from, row[kind])), row, number);
    const { data, info } = await drawn.toBuffer({ resolveWithObject: true });
    const path = join(folder, row[kind].replace(/\.png$/, `.${info.format}`));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, data);
    const filepath = kind === 'filepath' ? path : join(from, row.filepath);
    const mask = kind === 'mask' ? path : join(from, row.mask);
    lines.push([filepath, row.label, row.split, row.patient, mask].join(','));
  }
  const copy = join(folder, 'manifest.csv');
  const header = 'filepath,label,split,patient_id,mask';
  await writeFile(copy, `${[header, ...lines].join('\n')}\n`);
  return copy;
}

/** With a bright square of 5 pixels in the lower right corner or without it: the same kind of file either way. */
export function withCornerTag(image: sharp.Sharp, tagged: boolean): sharp.Sharp {
  const input = { create: { width: 5, height: 5, channels: 3, background: 'white' } } as const;
  const place = { left: imageSide - 7, top: imageSide - 7 };
  return image
    .composite(tagged ? [{ input, ...place }] : [])
    .removeAlpha()
    .toColourspace('b-w')
    .png();
}

/** Two images, one of each class, without files. @param pixels uint8 [2, side, side]; default black */
export function plainMaterial(pixels = new Uint8Array(2 * side ** 2)): Material {
  return {
    dataset: Dataset.fromImages(pixels, [2, 1, side, side]),
    index: {
      classes: ['A', 'B'],
      names: ['a', 'b'],
      labels: Int32Array.of(0, 1),
      groups: ['a', 'b'],
      splits: [null, null],
      format: { channels: 1, height: side, width: side, fit: 'fill' },
      sourceHash: '',
      hashes: [],
    },
    positions: [0, 1],
    train: 1,
    files: null,
    heads: null,
  };
}
