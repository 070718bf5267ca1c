/** What a source holds before any pixel is decoded, and what is wrong with it. */
import { stat } from 'node:fs/promises';
import { invalidArgument } from '../native/index.js';
import { countValues, groupItems } from './collections.js';
import { mapConcurrently } from './concurrency.js';
import { checkPixelLimit, readMetadata, type ImageMetadata } from './imageFile.js';
import { compareCodeUnits } from './files.js';
import { checkSplits } from './leaks.js';
import { splits } from './types.js';
import type { ImageSource, Problem, Sample, Split } from './types.js';

export interface InspectOptions {
  /** Headers read at once; default 4, as many as libuv has threads. */
  workers?: number | undefined;
  /** Images of more pixels (width × height) are problems; default as for decoding. */
  pixelLimit?: number | undefined;
}

export type ColorType = 'grayscale' | 'RGB' | 'CMYK' | 'other';

/** What libvips calls its color spaces, in the words of radiograph collections. */
const colorTypes: ReadonlyMap<string, ColorType> = new Map([
  ['b-w', 'grayscale'],
  ['grey16', 'grayscale'],
  ['srgb', 'RGB'],
  ['rgb', 'RGB'],
  ['rgb16', 'RGB'],
  ['cmyk', 'CMYK'],
]);

/** What decoding will have to undo. */
const traitTests = {
  alpha: (header) => header.hasAlpha,
  sixteenBit: (header) => header.depth === 'ushort' || header.depth === 'short',
  multiPage: (header) => (header.pages ?? 1) > 1,
  rotatedByExif: (header) => (header.orientation ?? 1) > 1,
} satisfies Record<string, (header: ImageMetadata) => boolean>;

export type Trait = keyof typeof traitTests;
export const traits = Object.keys(traitTests) as Trait[];

/**
 * What sharp may find in a file whose name ends like an image's; it would read SVG and HEIF as
 * well.
 */
const imageFormats: ReadonlySet<string> = new Set([
  ...['jpeg', 'png', 'tiff', 'webp', 'gif'],
  'dicom',
]);

const listedSizes = 10;

export interface ImageSize {
  width: number;
  height: number;
}

export interface Range {
  min: number;
  max: number;
}

/** Counts, sizes, color types, patients and problems of a dataset. */
export interface Inspection {
  root: string;
  kind: ImageSource['kind'];
  /** All samples, readable or not. */
  images: number;
  /** Of all samples' files together. */
  sizeBytes: number;
  /** Those that occur, in their usual order; empty where the source has none. */
  splits: Split[];
  /** In class order, then `null` for images without a label; `splits` in the order of the above. */
  classes: { name: string | null; splits: number[]; images: number }[];
  groups: {
    count: number;
    /** The first by code unit, where several are as large. */
    largest: { group: string; images: number };
    acrossSplits: number;
  };
  /**
   * Readable images as decoding will see them: after EXIF rotation. `mostCommon` holds ten at most.
   */
  sizes: {
    distinct: number;
    mostCommon: (ImageSize & { images: number })[];
    /** In pixels; null where no image is readable. */
    width: Range | null;
    height: Range | null;
  };
  colors: Partial<Record<ColorType, number>>;
  traits: Record<Trait, number>;
  formats: Record<string, number>;
  /** The source's, those of unreadable headers, and groups in more than one split. */
  problems: Problem[];
}

/** What one file's header says, or why it says nothing. */
type Header = { sizeBytes: number } & (
  { metadata: ImageMetadata } | { problem: Omit<Problem, 'file'> }
);

/**
 * Reads every image's header, no pixels: an image that is cut short after its header is found by
 * packing.
 * @throws RoentgenError ERR_INVALID_ARGUMENT
 */
export async function inspectSource(
  source: ImageSource,
  options: InspectOptions = {},
): Promise<Inspection> {
  const { workers = 4 } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw invalidArgument('workers', 'a positive integer', workers);
  }
  const pixelLimit = checkPixelLimit(options.pixelLimit);
  const { root, kind, samples } = source;
  const headers = await mapConcurrently(samples, workers, ({ path }) =>
    readHeader(path, pixelLimit),
  );
  const failures = headers.flatMap((header, position) =>
    'problem' in header ? { file: samples[position]?.name ?? '', ...header.problem } : [],
  );
  const readable = headers.flatMap((header) => ('metadata' in header ? header.metadata : []));
  const leaks = checkSplits(samples);
  const colors = readable.map(({ space }) => colorTypes.get(space) ?? 'other');
  const counted = traits.map((trait) => [trait, readable.filter(traitTests[trait]).length]);

  return {
    root,
    kind,
    images: samples.length,
    sizeBytes: headers.reduce((sum, header) => sum + header.sizeBytes, 0),
    ...countClasses(source),
    groups: { ...measureGroups(samples), acrossSplits: leaks.length },
    sizes: measureSizes(readable.map(({ autoOrient }) => autoOrient)),
    colors: Object.fromEntries(countValues(colors)),
    traits: Object.fromEntries(counted) as Record<Trait, number>,
    formats: Object.fromEntries(countValues(readable.map(({ format }) => format))),
    problems: [...source.problems, ...failures, ...leaks],
  };
}

async function readHeader(path: string, pixelLimit: number): Promise<Header> {
  let sizeBytes = 0;
  try {
    ({ size: sizeBytes } = await stat(path));
    if (sizeBytes === 0) return { sizeBytes, problem: unreadable('an empty file (0 bytes)') };
    const metadata = await readMetadata(path);
    const { format, width, height } = metadata;
    if (!imageFormats.has(format)) {
      return { sizeBytes, problem: unreadable(`holds ${format}, not an image file type`) };
    }
    if (width * height > pixelLimit) {
      const message = `${width}×${height} pixels, more than the limit of ${pixelLimit}`;
      return { sizeBytes, problem: { code: 'ERR_IMAGE_TOO_LARGE', message } };
    }
    return { sizeBytes, metadata };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { sizeBytes, problem: unreadable(`no readable image: ${reason}`) };
  }
}

function unreadable(message: string): Omit<Problem, 'file'> {
  return { code: 'ERR_UNREADABLE_IMAGE', message };
}

function countClasses({ classes, samples }: ImageSource): Pick<Inspection, 'splits' | 'classes'> {
  const present = splits.filter((split) => samples.some((sample) => sample.split === split));
  const byLabel = groupItems(samples, (sample) => sample.label);
  const row = (name: string | null, members: readonly Sample[]) => ({
    name,
    splits: present.map((split) => members.filter((member) => member.split === split).length),
    images: members.length,
  });
  const rows = classes.map((name, label) => row(name, byLabel.get(label) ?? []));
  const unlabeled = byLabel.get(-1);
  return {
    splits: present,
    classes: unlabeled === undefined ? rows : [...rows, row(null, unlabeled)],
  };
}

function measureGroups(samples: readonly Sample[]): Omit<Inspection['groups'], 'acrossSplits'> {
  const counts = [...countValues(samples.map((sample) => sample.group))];
  const [[group, images] = ['', 0]] = counts.sort(
    ([a, countA], [b, countB]) => countB - countA || compareCodeUnits(a, b),
  );
  return { count: counts.length, largest: { group, images } };
}

function measureSizes(all: readonly ImageSize[]): Inspection['sizes'] {
  const bySize = groupItems(all, ({ width, height }) => `${width}×${height}`);
  const distinct = [...bySize.values()].flatMap(([size, ...others]) =>
    size === undefined ? [] : { ...size, images: others.length + 1 },
  );
  distinct.sort((a, b) => b.images - a.images || a.width - b.width || a.height - b.height);
  return {
    distinct: distinct.length,
    mostCommon: distinct.slice(0, listedSizes),
    width: rangeOf(distinct.map(({ width }) => width)),
    height: rangeOf(distinct.map(({ height }) => height)),
  };
}

function rangeOf(values: readonly number[]): Range | null {
  const ascending = [...values].sort((a, b) => a - b);
  const [min, max] = [ascending[0], ascending.at(-1)];
  return min === undefined || max === undefined ? null : { min, max };
}
