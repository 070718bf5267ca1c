/** Laying one picture's details on another's: shifts and stretches by Gauss–Newton steps, and how well it then fits. */
import type { Flip } from './perceptualHash.js';

/** Where a picture is looked up: x′ = scaleX·x + shiftX with x in −1 … 1 across the picture; likewise y. */
export interface Warp {
  shiftX: number;
  shiftY: number;
  scaleX: number;
  scaleY: number;
}

/** Beyond this, in halves of an edge, it is another picture: a crop of 5% on one side shifts by 0.05. */
const furthest = 0.3;

/**
 * `square` (size × size) as seen through `warp`, between pixels linearly; NaN where that is outside, or within `rim`
 * pixels of the edge of either, where details have no surroundings to be measured by.
 */
export function applyWarp(square: Float32Array, size: number, warp: Warp, rim = 0): Float32Array {
  const half = (size - 1) / 2;
  const last = size - 1 - rim;
  const seen = new Float32Array(size * size).fill(NaN);
  for (let y = rim; y <= last; y += 1) {
    const fromY = warp.scaleY * (y - half) + (1 + warp.shiftY) * half;
    if (fromY < rim || fromY > last) continue;
    const top = Math.min(Math.floor(fromY), size - 2);
    const down = fromY - top;
    for (let x = rim; x <= last; x += 1) {
      const fromX = warp.scaleX * (x - half) + (1 + warp.shiftX) * half;
      if (fromX < rim || fromX > last) continue;
      const left = Math.min(Math.floor(fromX), size - 2);
      const right = fromX - left;
      const at = top * size + left;
      const upper = (square[at] ?? 0) * (1 - right) + (square[at + 1] ?? 0) * right;
      const lower = (square[at + size] ?? 0) * (1 - right) + (square[at + size + 1] ?? 0) * right;
      seen[y * size + x] = upper * (1 - down) + lower * down;
    }
  }
  return seen;
}

/** Pearson's correlation, in −1 … 1, where `b` is not NaN; 0 where either is flat. */
export function correlation(a: Float32Array, b: Float32Array): number {
  let [count, sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < b.length; at += 1) {
    const y = b[at] ?? NaN;
    if (Number.isNaN(y)) continue;
    const x = a[at] ?? 0;
    count += 1;
    sumA += x;
    sumB += y;
    sumAA += x * x;
    sumBB += y * y;
    sumAB += x * y;
  }
  const spread = (sumAA - (sumA * sumA) / count) * (sumBB - (sumB * sumB) / count);
  return spread > 1e-6 ? (sumAB - (sumA * sumB) / count) / Math.sqrt(spread) : 0;
}

/**
 * The warp through which `square` looks most like `target`, from `start` on in at most `steps` steps
 * (Lucas & Kanade 1981, with a gain); `start` itself where that leads astray.
 */
export function align(
  target: Float32Array,
  square: Float32Array,
  size: number,
  start: Warp,
  steps: number,
): Warp {
  let warp = start;
  for (let step = 0; step < steps; step += 1) {
    const solved = solveStep(target, applyWarp(square, size, warp), size);
    if (solved === undefined) return warp;
    const [shiftX, shiftY, stretchX, stretchY] = solved;
    warp = {
      shiftX: warp.shiftX + warp.scaleX * shiftX,
      shiftY: warp.shiftY + warp.scaleY * shiftY,
      scaleX: warp.scaleX * (1 + stretchX),
      scaleY: warp.scaleY * (1 + stretchY),
    };
    const far = [warp.shiftX, warp.shiftY, warp.scaleX - 1, warp.scaleY - 1];
    if (far.some((distance) => !(Math.abs(distance) < furthest))) return start;
  }
  return warp;
}

/** The picture, and its derivatives by shift and stretch. */
const terms = 5;

/** Least squares of `target` on the terms; undefined where the picture would have to be inverted to fit. */
function solveStep(
  target: Float32Array,
  seen: Float32Array,
  size: number,
): [shiftX: number, shiftY: number, stretchX: number, stretchY: number] | undefined {
  const half = (size - 1) / 2;
  const row = new Float64Array(terms);
  // The upper triangle of the normal equations, row by row, and their right side.
  const products = new Float64Array((terms * (terms + 1)) / 2);
  const right = new Float64Array(terms);
  for (let y = 1; y < size - 1; y += 1) {
    for (let x = 1; x < size - 1; x += 1) {
      const at = y * size + x;
      const acrossX = (((seen[at + 1] ?? 0) - (seen[at - 1] ?? 0)) / 2) * half;
      const acrossY = (((seen[at + size] ?? 0) - (seen[at - size] ?? 0)) / 2) * half;
      const here = seen[at] ?? 0;
      if (Number.isNaN(here + acrossX + acrossY)) continue;
      row[0] = here;
      row[1] = acrossX;
      row[2] = acrossY;
      row[3] = acrossX * (x / half - 1);
      row[4] = acrossY * (y / half - 1);
      const wanted = target[at] ?? 0;
      let entry = 0;
      for (let i = 0; i < terms; i += 1) {
        const factor = row[i] ?? 0;
        right[i] = (right[i] ?? 0) + factor * wanted;
        for (let j = i; j < terms; j += 1) {
          products[entry] = (products[entry] ?? 0) + factor * (row[j] ?? 0);
          entry += 1;
        }
      }
    }
  }
  const [gain = 0, ...steps] = solve(products, right);
  if (!(gain > 0.05)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = steps;
  return [a / gain, b / gain, c / gain, d / gain];
}

/** Gauss–Jordan elimination of a positive system; a trace of ridge keeps flat pictures solvable. */
function solve(upper: Float64Array, right: Float64Array): number[] {
  const entryAt = (i: number, j: number): number => {
    const [low, high] = [Math.min(i, j), Math.max(i, j)];
    return upper[low * terms - (low * (low - 1)) / 2 + high - low] ?? 0;
  };
  const rows = Array.from(right, (wanted, i) => [
    ...Array.from(right, (_, j) => entryAt(i, j) * (i === j ? 1 + 1e-6 : 1) + (i === j ? 1e-6 : 0)),
    wanted,
  ]);
  for (const [i, pivotRow] of rows.entries()) {
    for (const [k, row] of rows.entries()) {
      if (k === i) continue;
      const factor = (row[i] ?? 0) / (pivotRow[i] ?? 1);
      for (let j = i; j <= terms; j += 1) row[j] = (row[j] ?? 0) - factor * (pivotRow[j] ?? 0);
    }
  }
  return rows.map((row, i) => (row[terms] ?? 0) / (row[i] ?? 1));
}

/** A square picture, mirrored. */
export function flipSquare(square: Float32Array, size: number, flip: Flip): Float32Array {
  if (flip === 'none') return square;
  const [acrossX, acrossY] = [flip !== 'vertical', flip !== 'horizontal'];
  return square.map((_, at) => {
    const [x, y] = [at % size, Math.floor(at / size)];
    const [fromX, fromY] = [acrossX ? size - 1 - x : x, acrossY ? size - 1 - y : y];
    return square[fromY * size + fromX] ?? 0;
  });
}
