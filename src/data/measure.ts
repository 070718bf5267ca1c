/** Mean and standard deviation of a source's images, for normalization. */
import type { Split, ImageFormat } from './types.js';
import { openData, type OpenDataOptions } from './openData.js';
import type { Problem } from './types.js';

/** Mean and standard deviation of the pixels of a dataset. */
export interface Measurement {
  /** The split that was measured: train where the source has one, else all images. */
  split: Split | 'all';
  images: number;
  /** Of every pixel, in [0, 1], per channel. */
  mean: number[];
  std: number[];
  problems: Problem[];
}

/**
 * Measures the training images of a source, or all where it has no splits.
 * @throws RoentgenError as `openData`
 */
export async function measureImages(
  data: string,
  format: ImageFormat,
  options: OpenDataOptions = {},
): Promise<Measurement> {
  const packed = await openData(data, format, { ...options, allowSingleClass: true });
  using dataset = packed.dataset;
  const { splits } = packed.index;
  const split = splits.includes('train') ? 'train' : 'all';
  const indices = Int32Array.from(splits.keys()).filter(
    (position) => split === 'all' || splits[position] === split,
  );
  const { mean, std } = await dataset.measure(indices);
  const { problems } = packed;
  return { split, images: indices.length, mean: [...mean], std: [...std], problems };
}
