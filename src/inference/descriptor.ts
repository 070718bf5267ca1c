/** Some 150 figures that say what kind of picture an image is, whatever a classifier thinks of it. */
import type { ImageFormat } from '../data/index.js';

/** Side of the thumbnail. */
const grid = 12;
/** Shares of the pixels that are darker than the figure at that place. */
const quantiles = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99];
/** Brightness of two neighbors on a logarithmic scale: below this, differences are rounding. */
const smallest = 1e-3;

/** What the thumbnail, quantiles, roughness in two directions and color come to. */
export const descriptorLength = grid ** 2 + quantiles.length + 3;

/**
 * What an image looks like as the network gets it: a 12×12 thumbnail of area-averaged brightness, quantiles of the
 * brightness, the logarithm of the mean difference of neighboring pixels along x and y, and how colored it is.
 * @param pixels [C, H, W] bytes
 * @returns [`descriptorLength`], in [0, 1] but for the logarithms
 */
export function describeImage(
  pixels: Uint8Array,
  { channels, height, width }: Pick<ImageFormat, 'channels' | 'height' | 'width'>,
): Float64Array {
  const { brightness, color } = toBrightness(pixels, channels);
  const [alongX, alongY] = roughness(brightness, height, width);
  return Float64Array.of(
    ...thumbnail(brightness, height, width),
    ...quantilesOf(brightness),
    Math.log(smallest + alongX),
    Math.log(smallest + alongY),
    color,
  );
}

/** Mean of the channels, [H, W] in [0, 255], and how far they are from it on average, in [0, 1]. */
function toBrightness(
  pixels: Uint8Array,
  channels: number,
): { brightness: Float32Array | Uint8Array; color: number } {
  if (channels === 1) return { brightness: pixels, color: 0 };
  const size = pixels.length / channels;
  const brightness = new Float32Array(size);
  let distance = 0;
  for (let at = 0; at < size; at += 1) {
    const [red, green, blue] = [
      pixels[at] ?? 0,
      pixels[at + size] ?? 0,
      pixels[at + 2 * size] ?? 0,
    ];
    const mean = (red + green + blue) / 3;
    brightness[at] = mean;
    distance += Math.abs(red - mean) + Math.abs(green - mean) + Math.abs(blue - mean);
  }
  return { brightness, color: distance / (pixels.length * 255) };
}

/** Means of the cells, in [0, 1]; images smaller than the grid repeat their pixels. */
function thumbnail(brightness: ArrayLike<number>, height: number, width: number): number[] {
  const rows = Array.from({ length: grid }, (_, cell) => cellRange(cell, height));
  const columns = Array.from({ length: grid }, (_, cell) => cellRange(cell, width));
  return rows.flatMap(([top, bottom]) =>
    columns.map(([left, right]) => {
      let total = 0;
      for (let y = top; y < bottom; y += 1) {
        for (let x = left; x < right; x += 1) total += brightness[y * width + x] ?? 0;
      }
      return total / ((bottom - top) * (right - left) * 255);
    }),
  );
}

function cellRange(cell: number, side: number): [from: number, to: number] {
  const from = Math.floor((cell * side) / grid);
  return [from, Math.max(from + 1, Math.floor(((cell + 1) * side) / grid))];
}

function quantilesOf(brightness: ArrayLike<number>): number[] {
  const counts = new Uint32Array(256);
  for (let at = 0; at < brightness.length; at += 1) {
    const level = Math.round(brightness[at] ?? 0);
    counts[level] = (counts[level] ?? 0) + 1;
  }
  let [level, below] = [0, counts[0] ?? 0];
  return quantiles.map((quantile) => {
    while (below < quantile * brightness.length && level < 255) {
      level += 1;
      below += counts[level] ?? 0;
    }
    return level / 255;
  });
}

/** Mean difference of neighbors along x and along y, in [0, 1]. */
function roughness(
  brightness: ArrayLike<number>,
  height: number,
  width: number,
): [alongX: number, alongY: number] {
  let [alongX, alongY] = [0, 0];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const here = brightness[at] ?? 0;
      if (x > 0) alongX += Math.abs(here - (brightness[at - 1] ?? 0));
      if (y > 0) alongY += Math.abs(here - (brightness[at - width] ?? 0));
    }
  }
  return [
    alongX / (255 * height * Math.max(1, width - 1)),
    alongY / (255 * width * Math.max(1, height - 1)),
  ];
}
