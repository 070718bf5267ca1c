/** The images as they are now, in the model's format. */
import { openData, parseMap, type ImageFormat, type PackedDataset } from '../data/index.js';

export interface Reading {
  labelsFrom?: string | undefined;
  groupBy?: string | undefined;
  masks?: string | undefined;
  /** Of an evaluation: which classes of the data stand for the model's, as `COVID=PNEUMONIA`. */
  map?: readonly string[] | undefined;
  cacheDir?: string | undefined;
  workers?: number | undefined;
  onProgress?:
    ((progress: { done: number; total: number; imagesPerSecond: number }) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface PresentImages extends Disposable {
  /** As the user names it. */
  place: string;
  packed: PackedDataset;
  /** Position of each image by its name. */
  positions: ReadonlyMap<string, number>;
}

/**
 * Every file is read and hashed anew, unless `place` is a packed file. Classes get the names that the
 * map has for them and are not checked against the model's: an image that has moved to a class of its own is a finding,
 * not an error.
 * @throws RoentgenError as `openData`
 */
export async function openPresent(
  place: string,
  format: ImageFormat,
  { map = [], ...reading }: Reading,
): Promise<PresentImages> {
  const packed = await openData(place, format, {
    ...reading,
    keepGoing: true,
    allowSingleClass: true,
  });
  const standsFor = parseMap(map);
  const classes = packed.index.classes.map((name) => standsFor.get(name) ?? name);
  return {
    ...{ place, packed: { ...packed, index: { ...packed.index, classes } } },
    positions: new Map(packed.index.names.map((name, at) => [name, at])),
    [Symbol.dispose]: () => {
      packed.dataset.dispose();
    },
  };
}
