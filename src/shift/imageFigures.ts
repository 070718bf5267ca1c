/** What kind of picture an image is: figures of its pixels and of its file, each one number. */
import type { ImageFormat } from '../data/index.js';

/** Gray levels up to this are black, and from 255 less this on white. */
const margin = 5;
/** Edge lines whose pixels are all as near as this to the corner's are border, in gray levels. */
const borderTolerance = 16;

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
  { channels, height, width }: Pick<ImageFormat, 'channels' | 'height' | 'width'>,
): PixelFigures {
  const gray = toGray(pixels, channels);
  const sorted = gray.toSorted();
  const at = (level: number): number => sorted[Math.round(level * (sorted.length - 1))] ?? 0;
  const { mean, variance } = moments(gray);
  return {
    mean,
    contrast: Math.sqrt(variance),
    ...{ dark: at(0.01), median: at(0.5), bright: at(0.99) },
    blackShare: share(gray, (level) => level <= margin),
    whiteShare: share(gray, (level) => level >= 255 - margin),
    ...edges(gray, height, width),
    border: borderShare(gray, height, width),
  };
}

/** Mean of the channels, [H, W]. */
export function toGray(pixels: Uint8Array, channels: number): Float32Array {
  const area = pixels.length / channels;
  const gray = new Float32Array(area);
  pixels.forEach((value, at) => {
    gray[at % area] = (gray[at % area] ?? 0) + value / channels;
  });
  return gray;
}

function moments(values: Float32Array): { mean: number; variance: number } {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value ** 2;
  }
  const mean = sum / values.length;
  return { mean, variance: Math.max(0, squares / values.length - mean ** 2) };
}

function share(values: Float32Array, counts: (value: number) => boolean): number {
  let found = 0;
  for (const value of values) if (counts(value)) found += 1;
  return found / values.length;
}

/**
 * Variance of the Laplacian (Pech-Pacheco et al., ICPR 2000) and mean squared difference of neighbors along x plus along
 * y, both of the pixels that have all neighbors; 0 for an image that has none.
 */
function edges(
  gray: Float32Array,
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

/** Share of the area outside the lines that differ from the corners: bars of a letterbox, shutters. */
function borderShare(gray: Float32Array, height: number, width: number): number {
  const isPlain = (corner: number, start: number, step: number, count: number): boolean => {
    const color = gray[corner] ?? 0;
    for (let at = 0; at < count; at += 1) {
      if (Math.abs((gray[start + at * step] ?? 0) - color) > borderTolerance) return false;
    }
    return true;
  };
  const last = gray.length - 1;
  const lines = (count: number, isBorder: (line: number) => boolean): number => {
    let line = 0;
    while (line < count && isBorder(line)) line += 1;
    return line;
  };
  const top = lines(height, (y) => isPlain(0, y * width, 1, width));
  if (top === height) return 1;
  const bottom = lines(height, (y) => isPlain(last, (height - 1 - y) * width, 1, width));
  const left = lines(width, (x) => isPlain(0, x, width, height));
  const right = lines(width, (x) => isPlain(last, width - 1 - x, width, height));
  const inside = (height - top - bottom) * (width - left - right);
  return 1 - Math.max(0, inside) / (height * width);
}
