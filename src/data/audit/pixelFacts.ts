/** What one image's pixels say as a whole. */
import type { ImageFormat } from '../types.js';
import { toGray } from './copies/thumbnail.js';

export interface PixelFacts {
  /** In gray levels, 0 … 255. */
  mean: number;
  /** Standard deviation of the pixels, in gray levels. */
  contrast: number;
  /** Mean of the outermost eighth on every side less that of the middle half, in gray levels. */
  borderExcess: number;
}

export function measurePixels(pixels: Uint8Array, format: ImageFormat): PixelFacts {
  const { height, width } = format;
  const gray = toGray(pixels, format.channels);
  let [sum, squares, borderSum, borderCount, centerSum, centerCount] = [0, 0, 0, 0, 0, 0];
  for (let y = 0; y < height; y += 1) {
    const down = Math.abs((y + 0.5) / height - 0.5);
    for (let x = 0; x < width; x += 1) {
      const value = gray[y * width + x] ?? 0;
      sum += value;
      squares += value * value;
      const outward = Math.max(down, Math.abs((x + 0.5) / width - 0.5));
      if (outward > 0.375) {
        borderSum += value;
        borderCount += 1;
      } else if (outward < 0.25) {
        centerSum += value;
        centerCount += 1;
      }
    }
  }
  const count = height * width;
  const mean = sum / count;
  return {
    mean,
    contrast: Math.sqrt(Math.max(0, squares / count - mean * mean)),
    borderExcess:
      borderCount > 0 && centerCount > 0 ? borderSum / borderCount - centerSum / centerCount : 0,
  };
}
