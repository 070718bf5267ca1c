/** Images of one collection, packed as the model takes them. */
import type { PackedDataset, Sample } from '../data/index.js';
import { invalidArgument, RoentgenError, type Dataset } from '../native/index.js';
import type { ShiftOptions } from './types.js';

export interface Side extends Disposable {
  dataset: Dataset;
  /** [N] positions in the dataset. */
  positions: Int32Array;
  /** Relative to the collection's root, [N]. */
  names: string[];
  /** The patient of each, [N]. */
  groups: string[];
  /** [N] positions in the model's classes; −1 where unknown. */
  labels: Int32Array;
  /** Paths of the files, [N]; null for a packed source. */
  files: string[] | null;
}

/** Below it no test says anything, and halves of it even less. */
const fewestImages = 20;
/** A kernel matrix of more than these takes hundreds of megabytes. */
const mostImages = 5000;
const defaultImages = 1000;

/** @throws RoentgenError ERR_INVALID_ARGUMENT */
export function mostOfASide({ images = defaultImages }: ShiftOptions): number {
  if (Number.isInteger(images) && images >= fewestImages && images <= mostImages) return images;
  throw invalidArgument('images', `an integer from ${fewestImages} to ${mostImages}`, images);
}

/** @throws RoentgenError ERR_EMPTY_DATASET for fewer than 20 images */
export function checkSize(images: number, data: string): void {
  if (images >= fewestImages) return;
  throw new RoentgenError(
    'ERR_EMPTY_DATASET',
    `${data} has ${images} images to compare, and it takes ${fewestImages} to tell a shift from chance.`,
  );
}

/** @param samples of the files, by which the dataset's images are found again; null for a packed file */
export function sideOf(
  { dataset, index }: PackedDataset,
  positions: Int32Array,
  samples: readonly Sample[] | null,
): Side {
  const paths = samples && new Map(samples.map(({ name, path }) => [name, path]));
  const names = Array.from(positions, (position) => index.names[position] ?? '');
  return {
    ...{ dataset, positions, names },
    groups: Array.from(positions, (position) => index.groups[position] ?? ''),
    labels: positions.map((position) => index.labels[position] ?? -1),
    files: paths && names.map((name) => paths.get(name) ?? ''),
    [Symbol.dispose]: () => {
      dataset.dispose();
    },
  };
}
