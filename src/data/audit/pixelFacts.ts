/** What one image's pixels say as a whole. */
import type { ImageFormat } from '../types.js';
import { reduce, toGray } from './copies/thumbnail.js';

/** Edge of the picture that is left when an image is seen from afar. */
const glance = 16;

export interface PixelFacts {
  /** In gray levels, 0 … 255. */
  mean: number;
  /** Standard deviation of the pixels, in gray levels. */
  contrast: number;
  /** The image as 16 × 16 means, in gray levels: where it is bright and where dark. */
  coarse: Float32Array;
}

/** `pixels` are C·H·W bytes. */
export function measurePixels(
  pixels: Uint8Array,
  { channels, height, width }: ImageFormat,
): PixelFacts {
  const values = toGray(pixels, channels);
  let [sum, squares] = [0, 0];
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0;
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  const region = { top: 0, bottom: height, left: 0, right: width };
  return {
    mean,
    contrast: Math.sqrt(Math.max(0, squares / values.length - mean * mean)),
    coarse: reduce({ values, height, width }, region, glance),
  };
}
