/** A folder of synthetic radiographs, laid out and named like the sets that the project is for. */
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { invalidArgument, writeError, writeFileAtomic } from '../../native/index.js';
import { mapConcurrently } from '../concurrency.js';
import { splits, type Split } from '../types.js';
import { drawPhantom } from './draw.js';
import { phantomKinds, type PhantomKind } from './findings.js';
import { combineSeeds, Random } from './noise.js';
import type { Scanner } from './scanner.js';

/** How many synthetic radiographs are drawn, of what size, and as which scanner would. */
export interface PhantomDatasetOptions {
  /** Integer ≥ 0. Same options, same pixels. Default 0. */
  seed?: number | undefined;
  /** Over all splits. Default 200. */
  imagesPerClass?: number | undefined;
  /** Height and width in pixels. Default 128. */
  size?: number | undefined;
  /** Which kinds to draw, one class each. Default all three. */
  kinds?: readonly PhantomKind[] | undefined;
  /** One class PNEUMONIA for both kinds, as in the Kermany set, instead of BACTERIA and VIRUS. Default false. */
  mergePneumonia?: boolean | undefined;
  /** Share of the images in each split; they add up to 1. Default 0.7, 0.1 and 0.2. */
  shares?: Readonly<Record<Split, number>> | undefined;
  /** Default `primary`. */
  scanner?: Scanner | undefined;
  signal?: AbortSignal | undefined;
}

/** Where synthetic radiographs were drawn. */
export interface PhantomDataset {
  /** Folder with {train,val,test}/CLASS/*.png. */
  images: string;
  /** Folder with a lung mask of the same name for every image. */
  masks: string;
  /** CSV with filepath, label, split, patient_id and mask of every image; written last, so it marks a whole set. */
  manifest: string;
  count: number;
}

/** Names as Kermany's, from which the default patient key reads the groups. */
const naming: Record<PhantomKind, { className: string; patientKey: (patient: number) => string }> =
  {
    normal: { className: 'NORMAL', patientKey: (patient) => `IM-${padded(patient)}` },
    bacterial: { className: 'BACTERIA', patientKey: (patient) => `person${patient}_bacteria` },
    viral: { className: 'VIRUS', patientKey: (patient) => `person${patient}_virus` },
  };

/** Enough to go on drawing while others are compressed in the thread pool. */
const imagesInWork = 4;

interface PlannedImage {
  kind: PhantomKind;
  patient: number;
  image: number;
  split: Split;
}

/**
 * Draws a dataset into `folder`, which must be new or empty. A patient has one to three images, all in one split.
 * @throws RoentgenError ERR_INVALID_ARGUMENT, ERR_NO_SPACE, ERR_IO; and whatever `signal` was aborted with
 */
export async function writePhantomDataset(
  folder: string,
  options: PhantomDatasetOptions = {},
): Promise<PhantomDataset> {
  const { seed = 0, size = 128, scanner = 'primary', mergePneumonia = false, signal } = options;
  const root = resolve(folder);
  if ((await readdir(root).catch(() => [])).length > 0) {
    throw invalidArgument('folder', 'a new or empty folder', folder);
  }
  const plan = planImages(seed, options);
  const rows = await mapConcurrently(
    plan,
    imagesInWork,
    async ({ kind, patient, image, split }) => {
      signal?.throwIfAborted();
      const { className, patientKey } = naming[kind];
      const label = mergePneumonia && kind !== 'normal' ? 'PNEUMONIA' : className;
      const key = patientKey(patient);
      const number = kind === 'normal' ? `-${padded(image)}` : `_${image}`;
      const name = `${split}/${label}/${key}${number}.png`;
      const { pixels, mask } = drawPhantom({ kind, size, seed, patient, image, scanner });
      await writePng(join(root, 'images', name), pixels, size);
      await writePng(join(root, 'masks', name), mask, size);
      return [`images/${name}`, label, split, key, `masks/${name}`].join(',');
    },
  );
  const manifest = join(root, 'manifest.csv');
  const header = 'filepath,label,split,patient_id,mask';
  await writeFileAtomic(manifest, `${[header, ...rows].join('\n')}\n`);
  const [images, masks] = [join(root, 'images'), join(root, 'masks')];
  return { images, masks, manifest, count: plan.length };
}

/** All images, kind by kind; patients are numbered through, so that no two classes share a build. */
function planImages(seed: number, options: PhantomDatasetOptions): PlannedImage[] {
  const { imagesPerClass = 200, kinds = phantomKinds } = options;
  const { shares = { train: 0.7, val: 0.1, test: 0.2 } } = options;
  if (!Number.isInteger(imagesPerClass) || imagesPerClass < 1) {
    throw invalidArgument('imagesPerClass', 'a positive integer', imagesPerClass);
  }
  checkShares(shares);
  const random = new Random(combineSeeds(seed));
  const plan: PlannedImage[] = [];
  let patient = 0;
  for (const kind of new Set(kinds)) {
    let from = 0;
    let share = 0;
    for (const split of splits) {
      share += shares[split];
      const until = Math.round(share * imagesPerClass);
      while (from < until) {
        patient += 1;
        const wanted = random.chance(0.6) ? 1 : random.chance(0.6) ? 2 : 3;
        const count = Math.min(wanted, until - from);
        for (let image = 1; image <= count; image += 1) plan.push({ kind, patient, image, split });
        from += count;
      }
    }
  }
  return plan;
}

function checkShares(shares: Readonly<Record<Split, number>>): void {
  const total = splits.reduce((sum, split) => sum + shares[split], 0);
  if (Math.abs(total - 1) > 1e-6 || splits.some((split) => !(shares[split] >= 0))) {
    throw invalidArgument('shares', 'three shares that add up to 1', JSON.stringify(shares));
  }
}

async function writePng(path: string, pixels: Uint8Array, size: number): Promise<void> {
  try {
    await mkdir(join(path, '..'), { recursive: true });
    // Without the color space sharp would write three equal channels.
    await sharp(pixels, { raw: { width: size, height: size, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(path);
  } catch (error) {
    throw writeError(path, error);
  }
}

function padded(number: number): string {
  return String(number).padStart(4, '0');
}
