/** Cuts letterboxes and frames off: rows and columns of one color at the edges. */
import type { Repair } from '../types.js';
import { brightnessOf, type Picture } from './picture.js';

/** Pixels of a row or column that may be something else: noise, ringing of JPEG, what a frame touches. */
const strayShare = 0.03;
/** Of a side that would keep less than this share nothing is cut: that is no frame but a dark picture. */
const leastKept = 0.25;

/** Rows top … bottom − 1 and columns left … right − 1. */
export interface Box {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export function cropBorder(
  picture: Picture,
  settings: Extract<Repair, { kind: 'cropBorder' }>,
): Picture {
  const { pixels, width, channels } = picture;
  const { top, bottom, left, right } = findContent(picture, settings.tolerance);
  const rows = Array.from({ length: bottom - top }, (_, row) => {
    const start = (top + row) * width;
    return pixels.subarray((start + left) * channels, (start + right) * channels);
  });
  return {
    pixels: Buffer.concat(rows),
    height: bottom - top,
    width: right - left,
    channels,
  };
}

/**
 * What is left without the border. A row belongs to it if 97% of its pixels are no farther than `tolerance`, 0 … 255,
 * from the median of the outermost row on that side; of the rows that stay, columns likewise. The median in place of
 * the corner's pixel: that one may be noise.
 */
export function findContent(picture: Picture, tolerance: number): Box {
  const { height, width } = picture;
  const brightness = brightnessOf(picture);
  const [top, bottom] = trim(
    height,
    (row) => brightness.subarray(row * width, (row + 1) * width),
    tolerance,
  );
  const column = (x: number): Uint8Array =>
    Uint8Array.from({ length: bottom - top }, (_, row) => brightness[(top + row) * width + x] ?? 0);
  const [left, right] = trim(width, column, tolerance);
  return { top, bottom, left, right };
}

/** First and last line that stay, the last exclusive. */
function trim(
  count: number,
  line: (at: number) => Uint8Array,
  tolerance: number,
): [first: number, end: number] {
  const isBorder = (color: number) => (at: number) => isOf(color, line(at), tolerance);
  const atStart = isBorder(middle(line(0)));
  let first = 0;
  while (first < count && atStart(first)) first += 1;
  const atEnd = isBorder(middle(line(count - 1)));
  let end = count;
  while (end > first && atEnd(end - 1)) end -= 1;
  return end - first < leastKept * count ? [0, count] : [first, end];
}

function middle(line: Uint8Array): number {
  return line.toSorted()[line.length >> 1] ?? 0;
}

function isOf(color: number, line: Uint8Array, tolerance: number): boolean {
  let strays = 0;
  for (const level of line) {
    if (Math.abs(level - color) > tolerance) strays += 1;
  }
  return strays <= strayShare * line.length;
}
