/** The target: images that may differ, drawn from all there are, and packed with repairs or without. */
import {
  asError,
  decodeImages,
  mapClasses,
  packDataset,
  scanSource,
  shuffled,
  type ImageFormat,
  type ImageSource,
  type MappedSource,
  type PackedDataset,
  type Problem,
  type Repair,
} from '../data/index.js';
import type { Model } from '../inference/index.js';
import { Dataset, RoentgenError } from '../native/index.js';
import { readingOf } from './reading.js';
import { checkSize, mostOfASide, sideOf, type Side } from './side.js';
import { plainFormat } from './source.js';
import type { ShiftHooks, ShiftOptions } from './types.js';

export interface TargetSide extends Side {
  /** Whether its labels are known and among the model's. */
  labeled: boolean;
  /** Of its content and labels, in hexadecimal. */
  hash: string;
  format: ImageFormat;
  /** The same images with other repairs, in memory; to be disposed of by the caller. */
  repaired: (repairs: readonly Repair[]) => Promise<Side>;
  /** The same as a packed file. */
  pack: (repairs: readonly Repair[]) => Promise<PackedDataset>;
  leftOut: MappedSource['leftOut'];
  problems: Problem[];
}

/** @throws RoentgenError as `scanSource`, `packDataset` and `mapClasses`; ERR_FILES_SKIPPED; ERR_EMPTY_DATASET */
export async function openTarget(
  options: ShiftOptions,
  model: Model | null,
  hooks: ShiftHooks,
): Promise<TargetSide> {
  const { target: data, seed = 0, unlabeled = false } = options;
  const { source: all, leftOut } = await scanTarget(options, model);
  const samples = shuffled(all.samples, seed)
    .slice(0, mostOfASide(options))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const source = { ...all, samples };
  const format = model?.format ?? plainFormat;
  const pack = async (repairs: readonly Repair[]): Promise<PackedDataset> =>
    packDataset(source, withRepairs(format, repairs), readingOf(options, hooks));
  checkSize(samples.length, data);
  const packed = await pack(format.repairs ?? []);
  const side = sideOf(packed, Int32Array.from(packed.index.names.keys()), samples);
  return {
    ...{ ...side, format, leftOut, pack },
    hash: packed.index.sourceHash,
    labeled: model !== null && !unlabeled,
    problems: [...source.problems, ...packed.problems],
    repaired: async (repairs) => decodeAgain(side, withRepairs(format, repairs), options, hooks),
  };
}

/** The format's own repairs are replaced. */
function withRepairs(
  { repairs: _, ...format }: ImageFormat,
  repairs: readonly Repair[],
): ImageFormat {
  return repairs.length === 0 ? format : { ...format, repairs };
}

async function decodeAgain(
  side: Side,
  format: ImageFormat,
  { workers }: ShiftOptions,
  { signal }: ShiftHooks,
): Promise<Side> {
  const images = (side.files ?? []).map((image, at) => ({ image, name: side.names[at] ?? '' }));
  const { pixels, problems } = await decodeImages(images, format, { workers, signal });
  if (problems.length > 0) throw asError(problems);
  const { channels, height, width } = format;
  const dataset = Dataset.fromImages(pixels, [images.length, channels, height, width]);
  return {
    ...{ ...side, dataset, positions: Int32Array.from(images.keys()) },
    [Symbol.dispose]: () => {
      dataset.dispose();
    },
  };
}

async function scanTarget(options: ShiftOptions, model: Model | null): Promise<MappedSource> {
  const { target: data, unlabeled = false, split = 'all', map = [], keepGoing } = options;
  const { labelsFrom, groupBy } = options;
  const scanned = await scanSource(data, {
    ...{ labelsFrom, groupBy, unlabeled, allowSingleClass: true },
  });
  const [problem] = scanned.problems;
  if (problem !== undefined && keepGoing !== true) {
    throw new RoentgenError(
      'ERR_FILES_SKIPPED',
      `${scanned.problems.length} files under ${data} cannot be used, such as ${problem.file}: ${problem.message}. ` +
        'Take them out, or go on without them (keepGoing, --keep-going).',
      { details: { problems: scanned.problems } },
    );
  }
  const samples = scanned.samples.filter((sample) => split === 'all' || sample.split === split);
  const source: ImageSource = { ...scanned, samples };
  if (model === null || unlabeled) return { source, leftOut: [] };
  return mapClasses(source, model.classes, map);
}
