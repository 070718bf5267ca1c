/** Superpixels: SLIC (Achanta et al., IEEE TPAMI 34(11), 2012), step by step as scikit-image's `slic` takes it. */
import { invalidArgument } from '../../native/index.js';
import { connected } from './connected.js';
import { gaussian } from './gaussian.js';
import { regularGrid } from './grid.js';
import { toLab } from './lab.js';

/** How many superpixels, and how compact. */
export interface SlicOptions {
  /** About how many; an image has at least one. Default 50. */
  segments?: number | undefined;
  /** How much nearness counts beside color, above 0: with more of it superpixels become squares. Default 10. */
  compactness?: number | undefined;
  /** Standard deviation in pixels of a Gaussian that smooths the image first. Default 0. */
  sigma?: number | undefined;
}

/** An image divided into parts of one brightness each. */
export interface Superpixels {
  /** [H, W] from 0 on, each number in use. */
  labels: Int32Array;
  count: number;
}

/** Rounds of assigning and averaging, as scikit-image; few pixels move after that. */
const rounds = 10;
/** L, a, b. */
const colors = 3;

/**
 * Divides an image into connected parts of similar color and size. An image of one channel counts as gray in three.
 * @param image uint8 [C, H, W] with 1 or 3 channels
 * @throws RoentgenError ERR_INVALID_ARGUMENT for options out of range
 */
export function slic(
  image: Uint8Array,
  { height, width }: { height: number; width: number },
  { segments = 50, compactness = 10, sigma = 0 }: SlicOptions = {},
): Superpixels {
  if (!Number.isInteger(segments) || segments < 1) {
    throw invalidArgument('segments', 'a positive integer', segments);
  }
  if (!(compactness > 0 && compactness < Infinity)) {
    throw invalidArgument('compactness', 'a number above 0', compactness);
  }
  if (!(sigma >= 0 && sigma < Infinity)) {
    throw invalidArgument('sigma', 'a number of pixels, 0 or more', sigma);
  }
  const lab = toLab(stretched(image), image.length / (height * width));
  const smooth = gaussian(lab, { height, width, depth: colors }, sigma);
  const scaled = smooth.map((value) => value * (1 / compactness));
  const clusters = cluster(scaled, { height, width, segments });
  const meanSize = (height * width) / clusters.count;
  return connected(clusters.labels, { height, width, meanSize });
}

/** To [0, 1], whatever the image's own range. */
function stretched(image: Uint8Array): Float64Array {
  const [darkest, brightest] = image.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [255, 0],
  );
  // By the steps of scikit-image, so that not even roundings differ.
  const low = darkest * (1 / 255);
  const range = brightest * (1 / 255) - low || 1;
  return Float64Array.from(image, (value) => (value * (1 / 255) - low) / range);
}

/**
 * k-means over color and place, each center seeing only the pixels within two grid steps.
 * @param image [H, W, 3] divided by the compactness
 */
function cluster(
  image: Float64Array,
  { height, width, segments }: { height: number; width: number; segments: number },
): { labels: Int32Array; count: number } {
  const grid = regularGrid(height, width, segments);
  const centers = gridCenters();
  const count = centers.length / centerSize;
  const windows = regularGrid(height, width, count);
  const nearness = 1 / Math.max(grid.rows.step, grid.columns.step) ** 2;
  const labels = new Int32Array(height * width).fill(-1);
  for (let round = 0; round < rounds; round += 1) {
    if (!assign()) break;
    average();
  }
  return { labels, count };

  /** Row, column and color of each; the colors are black at first, as in scikit-image. */
  function gridCenters(): Float64Array {
    const places: number[] = [];
    for (let row = grid.rows.start; row < height; row += grid.rows.step) {
      for (let column = grid.columns.start; column < width; column += grid.columns.step) {
        places.push(row, column, 0, 0, 0);
      }
    }
    return Float64Array.from(places);
  }

  /** Gives each pixel to its nearest center. @returns whether any was given */
  function assign(): boolean {
    const distances = new Float64Array(height * width).fill(Infinity);
    let changed = false;
    for (let center = 0; center < count; center += 1) {
      const [y = 0, x = 0, l = 0, a = 0, b = 0] = centers.subarray(center * centerSize);
      const [top, bottom] = reach(y, windows.rows.step, height);
      const [left, right] = reach(x, windows.columns.step, width);
      for (let row = top; row < bottom; row += 1) {
        for (let column = left; column < right; column += 1) {
          const pixel = row * width + column;
          const at = pixel * colors;
          const place = ((y - row) ** 2 + (x - column) ** 2) * nearness;
          const color =
            ((image[at] ?? 0) - l) ** 2 +
            ((image[at + 1] ?? 0) - a) ** 2 +
            ((image[at + 2] ?? 0) - b) ** 2;
          const distance = place + color;
          if ((distances[pixel] ?? 0) > distance) {
            distances[pixel] = distance;
            labels[pixel] = center;
            changed = true;
          }
        }
      }
    }
    return changed;
  }

  /** Moves each center to the mean of its pixels. */
  function average(): void {
    centers.fill(0);
    const sizes = new Float64Array(count);
    labels.forEach((center, pixel) => {
      sizes[center] = (sizes[center] ?? 0) + 1;
      const from = center * centerSize;
      centers[from] = (centers[from] ?? 0) + Math.floor(pixel / width);
      centers[from + 1] = (centers[from + 1] ?? 0) + (pixel % width);
      for (let color = 0; color < colors; color += 1) {
        const to = from + 2 + color;
        centers[to] = (centers[to] ?? 0) + (image[pixel * colors + color] ?? 0);
      }
    });
    centers.forEach((total, at) => {
      centers[at] = total / (sizes[Math.floor(at / centerSize)] ?? 1);
    });
  }
}

/** Row, column, L, a, b. */
const centerSize = 2 + colors;

/** The pixels within two steps of a center, its end not included. */
function reach(center: number, step: number, length: number): [from: number, until: number] {
  return [
    Math.floor(Math.max(center - 2 * step, 0)),
    Math.floor(Math.min(center + 2 * step + 1, length)),
  ];
}
