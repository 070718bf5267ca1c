/** Datasets for tests of the audit: phantoms, and copies planted among them. */
import { cp, mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import sharp, { type Sharp } from 'sharp';
import { writePhantomDataset } from '../../src/data/index.js';
import type { Audit, AuditCheck, AuditFinding } from '../../src/data/index.js';
import { makeFolder } from './folder.js';

/** What is done to an image to make a copy of it, and the least share that must be found. */
export interface Forgery {
  forge: (image: Sharp, edge: number) => Sharp;
  recall: number;
}

const crop = (image: Sharp, edge: number, share: number): Sharp => {
  const margin = Math.round(share * edge);
  const size = edge - 2 * margin;
  return image.extract({ left: margin, top: margin, width: size, height: size });
};

export const forgeries: Readonly<Record<string, Forgery>> = {
  'JPEG quality 50': { forge: (image) => image.jpeg({ quality: 50 }), recall: 0.99 },
  'JPEG quality 70': { forge: (image) => image.jpeg({ quality: 70 }), recall: 0.99 },
  'JPEG quality 90': { forge: (image) => image.jpeg({ quality: 90 }), recall: 0.99 },
  'half the size': { forge: (image, edge) => image.resize(Math.round(edge / 2)), recall: 0.99 },
  '1.5 times the size': {
    forge: (image, edge) => image.resize(Math.round(1.5 * edge)),
    recall: 0.99,
  },
  mirrored: { forge: (image) => image.flop(), recall: 0.99 },
  'top to bottom': { forge: (image) => image.flip(), recall: 0.99 },
  'brighter and flatter': { forge: (image) => image.linear(0.8, 40), recall: 0.99 },
  'cropped by 2%': { forge: (image, edge) => crop(image, edge, 0.02), recall: 0.95 },
  'cropped by 5%': { forge: (image, edge) => crop(image, edge, 0.05), recall: 0.9 },
};

/** `root/{train,val,test}/CLASS/*.png` of phantoms; it goes when the test ends. */
export async function phantoms(
  t: ExecutionContext,
  options: Parameters<typeof writePhantomDataset>[1] = {},
): Promise<string> {
  const root = await makeFolder(t, {});
  const { images } = await writePhantomDataset(join(root, 'phantoms'), {
    imagesPerClass: 20,
    size: 96,
    ...options,
  });
  return images;
}

/** Writes a changed copy of an image. PNG, unless the change is an encoding of its own. */
export async function plant(
  from: string,
  to: string,
  forge: Forgery['forge'] = (image) => image,
): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const { width, height } = await sharp(from).metadata();
  // Encoded in between, so that a change of size cannot be reordered with others.
  const changed = await forge(sharp(from), Math.min(width, height)).toBuffer();
  await sharp(changed).png().toFile(to);
}

/** The files of a folder, as paths, in their order. */
export async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.sort().map((name) => join(folder, name));
}

/** A copy of a file below another name in another folder. */
export async function copyInto(file: string, folder: string, prefix = ''): Promise<string> {
  await mkdir(folder, { recursive: true });
  const name = `${prefix}${basename(file)}`;
  await cp(file, join(folder, name));
  return name;
}

export function checkOf({ checks }: Audit, name: string): AuditCheck | undefined {
  return checks.find((check) => check.name === name);
}

export function findingsOf({ findings }: Audit, name: string): AuditFinding[] {
  return findings.filter(({ check }) => check === name);
}
