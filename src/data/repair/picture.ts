/** A decoded image on which repairs work, and how bright it is. */
import { luma } from '../pixels.js';

export interface Picture {
  /** uint8 [H, W, C]. */
  pixels: Uint8Array;
  height: number;
  width: number;
  channels: 1 | 3;
}

export const levels = 256;

/** Luminance, uint8 [H, W]. */
export function brightnessOf({ pixels, channels }: Picture): Uint8Array {
  return channels === 1 ? pixels : luma(pixels);
}

/** How many pixels have each level, [256]. */
export function histogramOf(brightness: Uint8Array): Uint32Array {
  const counts = new Uint32Array(levels);
  for (let at = 0; at < brightness.length; at += 1) {
    const level = brightness[at] ?? 0;
    counts[level] = (counts[level] ?? 0) + 1;
  }
  return counts;
}

/**
 * The lowest level that at least the share `share` of the pixels does not exceed: always the level of some pixel, as
 * NumPy's method `inverted_cdf`.
 * @param share 0 … 1
 */
export function quantileOf(histogram: Uint32Array, pixels: number, share: number): number {
  const needed = Math.max(1, Math.ceil(share * pixels));
  let [level, passed] = [0, histogram[0] ?? 0];
  while (passed < needed && level < levels - 1) {
    level += 1;
    passed += histogram[level] ?? 0;
  }
  return level;
}
