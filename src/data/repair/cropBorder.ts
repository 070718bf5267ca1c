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
 * What is left without the border: the rows between the first and the last that are not of one color, and of these the
 * columns likewise. A line is of one color if 97% of its pixels are no farther than `tolerance`, 0 … 255, from its
 * median. The colors of two lines may differ: real frames come with a second one of a pixel around them.
 */
export function findContent(picture: Picture, tolerance: number): Box {
  const { height, width } = picture;
  const brightness = brightnessOf(picture);
  const row = (y: number): Uint8Array => brightness.subarray(y * width, (y + 1) * width);
  const [top, bottom] = trim(height, (y) => isOfOneColor(row(y), tolerance));
  const column = (x: number): Uint8Array =>
    Uint8Array.from({ length: bottom - top }, (_, y) => brightness[(top + y) * width + x] ?? 0);
  const [left, right] = trim(width, (x) => isOfOneColor(column(x), tolerance));
  return { top, bottom, left, right };
}

/** First and last line that stay, the last exclusive. */
function trim(count: number, isBorder: (at: number) => boolean): [first: number, end: number] {
  let first = 0;
  while (first < count && isBorder(first)) first += 1;
  let end = count;
  while (end > first && isBorder(end - 1)) end -= 1;
  return end - first < leastKept * count ? [0, count] : [first, end];
}

function isOfOneColor(line: Uint8Array, tolerance: number): boolean {
  const median = line.toSorted()[line.length >> 1] ?? 0;
  let strays = 0;
  for (const level of line) {
    if (Math.abs(level - median) > tolerance) strays += 1;
  }
  return strays <= strayShare * line.length;
}
