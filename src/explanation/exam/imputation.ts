/** Filling in removed pixels from those around them: the noisy linear imputation of ROAD (Rong et al., ICML 2022). */
import { Random } from '../../data/index.js';

/** Parts of the pixels beside and of the diagonal ones; they add up to 1. */
const besideWeight = 1 / 6;
const diagonalWeight = 1 / 12;
/** Standard deviation of the noise, of brightness in [0, 1], so that filled pixels do not stand out by smoothness. */
const noiseDeviation = 0.01;
/** Residual as a share of the right-hand side's length: pixels are then right to 0.0001. */
const tolerance = 1e-8;

/**
 * Gives each removed pixel the weighted mean of its eight neighbors, removed ones included: a sparse system of linear
 * equations, solved by conjugate gradients. At the edges of the image the weights that are left count as the whole.
 * @param plane [H, W]; removed pixels may hold anything
 * @param removed [H, W] 1 where a pixel is to be filled in, 0 where it is known; at least one is known
 */
export function imputeLinearly(
  plane: ArrayLike<number>,
  removed: Uint8Array,
  { height, width }: { height: number; width: number },
): Float64Array {
  const system = linearSystem(plane, removed, { height, width });
  const solution = conjugateGradients(system);
  return Float64Array.from(removed, (gone, pixel) =>
    gone === 1 ? (solution[padded(pixel, width)] ?? 0) : (plane[pixel] ?? 0),
  );
}

/**
 * Fills in every channel, with noise drawn from `seed`.
 * @param image uint8 [C, H, W]
 */
export function imputeImage(
  image: Uint8Array,
  removed: Uint8Array,
  { height, width, seed }: { height: number; width: number; seed: number },
): Uint8Array {
  const random = new Random(seed);
  const area = height * width;
  const filled = new Uint8Array(image.length);
  for (let start = 0; start < image.length; start += area) {
    const plane = image.subarray(start, start + area);
    imputeLinearly(plane, removed, { height, width }).forEach((value, pixel) => {
      const noise = removed[pixel] === 1 ? 255 * noiseDeviation * random.normal() : 0;
      filled[start + pixel] = Math.max(0, Math.min(255, Math.round(value + noise)));
    });
  }
  return filled;
}

/** On a grid with a margin of zeros, so that no pixel lacks a neighbor. */
interface LinearSystem {
  /** Of a row of the grid. */
  stride: number;
  size: number;
  /** Places of the removed pixels. */
  unknown: Int32Array;
  /** [unknown] what the weights of the neighbors within the image add up to. */
  diagonal: Float64Array;
  /** [unknown] weighted sum of the known neighbors. */
  right: Float64Array;
}

function linearSystem(
  plane: ArrayLike<number>,
  removed: Uint8Array,
  { height, width }: { height: number; width: number },
): LinearSystem {
  const stride = width + 2;
  const size = stride * (height + 2);
  const known = new Float64Array(size);
  const inside = new Float64Array(size);
  removed.forEach((gone, pixel) => {
    const place = padded(pixel, width);
    inside[place] = 1;
    if (gone === 0) known[place] = plane[pixel] ?? 0;
  });
  const pixels = Int32Array.from(removed.keys()).filter((pixel) => removed[pixel] === 1);
  const unknown = pixels.map((pixel) => padded(pixel, width));
  return {
    ...{ stride, size, unknown },
    diagonal: Float64Array.from(unknown, (place) => neighborSum(inside, place, stride)),
    right: Float64Array.from(unknown, (place) => neighborSum(known, place, stride)),
  };
}

/** Place on the grid with a margin. */
function padded(pixel: number, width: number): number {
  return (Math.floor(pixel / width) + 1) * (width + 2) + (pixel % width) + 1;
}

function neighborSum(grid: Float64Array, place: number, stride: number): number {
  const above = place - stride;
  const below = place + stride;
  const beside =
    (grid[place - 1] ?? 0) + (grid[place + 1] ?? 0) + (grid[above] ?? 0) + (grid[below] ?? 0);
  const diagonal =
    (grid[above - 1] ?? 0) +
    (grid[above + 1] ?? 0) +
    (grid[below - 1] ?? 0) +
    (grid[below + 1] ?? 0);
  return besideWeight * beside + diagonalWeight * diagonal;
}

/**
 * Hestenes and Stiefel 1952: the matrix is symmetric and positive definite where at least one pixel is known.
 * @returns the grid, 0 where pixels are known
 */
function conjugateGradients({
  stride,
  size,
  unknown,
  diagonal,
  right,
}: LinearSystem): Float64Array {
  const solution = new Float64Array(size);
  const direction = new Float64Array(size);
  const residual = right.slice();
  const image = new Float64Array(right.length);
  unknown.forEach((place, row) => (direction[place] = residual[row] ?? 0));
  let square = dot(residual, residual);
  const goal = square * tolerance ** 2;
  while (square > goal) {
    let curvature = 0;
    for (let row = 0; row < unknown.length; row += 1) {
      const place = unknown[row] ?? 0;
      const along = direction[place] ?? 0;
      const value = (diagonal[row] ?? 0) * along - neighborSum(direction, place, stride);
      image[row] = value;
      curvature += value * along;
    }
    const step = square / curvature;
    for (let row = 0; row < unknown.length; row += 1) {
      const place = unknown[row] ?? 0;
      solution[place] = (solution[place] ?? 0) + step * (direction[place] ?? 0);
      residual[row] = (residual[row] ?? 0) - step * (image[row] ?? 0);
    }
    const next = dot(residual, residual);
    for (let row = 0; row < unknown.length; row += 1) {
      const place = unknown[row] ?? 0;
      direction[place] = (residual[row] ?? 0) + (next / square) * (direction[place] ?? 0);
    }
    square = next;
  }
  return solution;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}
