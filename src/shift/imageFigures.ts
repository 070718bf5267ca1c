/** What kind of picture an image is: figures of its pixels and of its file, each one number. */
import { brightnessOf, findContent, interleave, type ImageFormat } from '../data/index.js';

/** Gray levels up to this are black, and from 255 less this on white. */
const margin = 5;
/** Rows and columns at the edges as even as this are border, in gray levels: as the repair crops them. */
export const borderTolerance = 16;

/** Of one image as the network gets it, gray levels 0 … 255. */
export interface PixelFigures {
  mean: number;
  contrast: number;
  dark: number;
  median: number;
  bright: number;
  blackShare: number;
  whiteShare: number;
  sharpness: number;
  gradient: number;
  border: number;
}

/** Of one image's file. */
export interface FileFigures {
  height: number;
  width: number;
  aspect: number;
  bytes: number;
}

export type FigureName = keyof PixelFigures | keyof FileFigures;

export interface FigureKind {
  name: FigureName;
  title: string;
  group: 'intensity' | 'sharpness' | 'border' | 'size';
  decimals: number;
}

/** In the order of the report. */
export const figureKinds: readonly FigureKind[] = [
  { name: 'mean', title: 'mean brightness', group: 'intensity', decimals: 1 },
  { name: 'contrast', title: 'contrast', group: 'intensity', decimals: 1 },
  { name: 'dark', title: '1st percentile of brightness', group: 'intensity', decimals: 1 },
  { name: 'median', title: 'median brightness', group: 'intensity', decimals: 1 },
  { name: 'bright', title: '99th percentile of brightness', group: 'intensity', decimals: 1 },
  { name: 'blackShare', title: 'share of black pixels', group: 'intensity', decimals: 3 },
  { name: 'whiteShare', title: 'share of white pixels', group: 'intensity', decimals: 3 },
  { name: 'sharpness', title: 'variance of the Laplacian', group: 'sharpness', decimals: 1 },
  { name: 'gradient', title: 'gradient energy', group: 'sharpness', decimals: 1 },
  { name: 'border', title: 'share of plain border', group: 'border', decimals: 3 },
  { name: 'height', title: 'height of the file', group: 'size', decimals: 0 },
  { name: 'width', title: 'width of the file', group: 'size', decimals: 0 },
  { name: 'aspect', title: 'width over height of the file', group: 'size', decimals: 3 },
  { name: 'bytes', title: 'bytes of the file', group: 'size', decimals: 0 },
];

/** @param pixels [C, H, W] bytes */
export function pixelFigures(
  pixels: Uint8Array,
  format: Pick<ImageFormat, 'channels' | 'height' | 'width'>,
): PixelFigures {
  const { height, width } = format;
  const picture = { ...format, pixels: interleave(pixels, format) };
  const gray = brightnessOf(picture);
  const sorted = gray.toSorted();
  const at = (level: number): number => sorted[Math.round(level * (sorted.length - 1))] ?? 0;
  const { mean, variance } = moments(gray);
  const { top, bottom, left, right } = findContent(picture, borderTolerance);
  return {
    mean,
    contrast: Math.sqrt(variance),
    ...{ dark: at(0.01), median: at(0.5), bright: at(0.99) },
    blackShare: share(gray, (level) => level <= margin),
    whiteShare: share(gray, (level) => level >= 255 - margin),
    ...edges(gray, height, width),
    border: 1 - ((bottom - top) * (right - left)) / (height * width),
  };
}

function moments(values: Uint8Array | Float32Array): { mean: number; variance: number } {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value ** 2;
  }
  const mean = sum / values.length;
  return { mean, variance: Math.max(0, squares / values.length - mean ** 2) };
}

function share(values: Uint8Array, counts: (value: number) => boolean): number {
  let found = 0;
  for (const value of values) if (counts(value)) found += 1;
  return found / values.length;
}

/**
 * Variance of the Laplacian (Pech-Pacheco et al., ICPR 2000) and mean squared difference of neighbors along x plus along
 * y, both of the pixels that have all neighbors; 0 for an image that has none.
 */
function edges(
  gray: Uint8Array,
  height: number,
  width: number,
): Pick<PixelFigures, 'sharpness' | 'gradient'> {
  const size = Math.max(0, height - 2) * Math.max(0, width - 2);
  if (size === 0) return { sharpness: 0, gradient: 0 };
  const laplacian = new Float32Array(size);
  let [gradient, next] = [0, 0];
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const [here, right, below] = [gray[at] ?? 0, gray[at + 1] ?? 0, gray[at + width] ?? 0];
      laplacian[next] = right + below + (gray[at - 1] ?? 0) + (gray[at - width] ?? 0) - 4 * here;
      gradient += (right - here) ** 2 + (below - here) ** 2;
      next += 1;
    }
  }
  return { sharpness: moments(laplacian).variance, gradient: gradient / size };
}
