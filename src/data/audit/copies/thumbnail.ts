/** Small square grayscale versions of packed images, in which copies are looked for. */

/** Rows `top` to `bottom` and columns `left` to `right`, in pixels; edges need not be whole. */
export interface Region {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** A plane of one value per pixel, row by row. */
export interface Plane {
  values: Float32Array | Uint8Array;
  height: number;
  width: number;
}

/** The mean of an image's channels; `pixels` are C·H·W bytes. */
export function toGray(pixels: Uint8Array, channels: number): Float32Array | Uint8Array {
  if (channels === 1) return pixels;
  const area = pixels.length / channels;
  const gray = new Float32Array(area);
  for (let at = 0; at < pixels.length; at += 1) {
    const pixel = at % area;
    gray[pixel] = (gray[pixel] ?? 0) + (pixels[at] ?? 0) / channels;
  }
  return gray;
}

/** All of the plane but the rows and columns at its borders that are black throughout, as padding is. */
export function withoutPadding({ values, height, width }: Plane): Region {
  const rowIsBlack = (y: number): boolean =>
    values.subarray(y * width, (y + 1) * width).every((value) => value === 0);
  const columnIsBlack = (x: number): boolean => {
    for (let y = 0; y < height; y += 1) if (values[y * width + x] !== 0) return false;
    return true;
  };
  const [top, bottom] = trim(height, rowIsBlack);
  const [left, right] = trim(width, columnIsBlack);
  return { top, bottom, left, right };
}

/** The first and the end of the stretch between the runs of `isEmpty` at both ends; all where there is no such stretch. */
function trim(length: number, isEmpty: (at: number) => boolean): [from: number, to: number] {
  let from = 0;
  while (from < length && isEmpty(from)) from += 1;
  if (from === length) return [0, length];
  let to = length;
  while (isEmpty(to - 1)) to -= 1;
  return [from, to];
}

/** `region` as size × size means of the area that each pixel covers. */
export function reduce(plane: Plane, region: Region, size: number): Float32Array {
  const { values, width } = plane;
  const across = coverage(region.left, region.right, size);
  const down = coverage(region.top, region.bottom, size);
  const result = new Float32Array(size * size);
  const row = new Float64Array(width);
  for (let y = 0; y < size; y += 1) {
    row.fill(0);
    for (let k = down.starts[y] ?? 0; k < (down.starts[y + 1] ?? 0); k += 1) {
      const [offset, weight] = [(down.pixels[k] ?? 0) * width, down.weights[k] ?? 0];
      for (let x = 0; x < width; x += 1) {
        row[x] = (row[x] ?? 0) + weight * (values[offset + x] ?? 0);
      }
    }
    for (let x = 0; x < size; x += 1) {
      let sum = 0;
      for (let k = across.starts[x] ?? 0; k < (across.starts[x + 1] ?? 0); k += 1) {
        sum += (across.weights[k] ?? 0) * (row[across.pixels[k] ?? 0] ?? 0);
      }
      result[y * size + x] = sum;
    }
  }
  return result;
}

/** What the pixels of the result cover of a row or column; pixel `at` has the entries from starts[at] on. */
interface Coverage {
  starts: Int32Array;
  pixels: Int32Array;
  /** Those of one pixel add up to 1. */
  weights: Float64Array;
}

function coverage(from: number, to: number, size: number): Coverage {
  const step = (to - from) / size;
  const starts = [0];
  const pixels: number[] = [];
  const weights: number[] = [];
  for (let at = 0; at < size; at += 1) {
    const [start, end] = [from + at * step, from + (at + 1) * step];
    for (let pixel = Math.floor(start); pixel < end; pixel += 1) {
      pixels.push(pixel);
      weights.push((Math.min(end, pixel + 1) - Math.max(start, pixel)) / step);
    }
    starts.push(pixels.length);
  }
  return {
    starts: Int32Array.from(starts),
    pixels: Int32Array.from(pixels),
    weights: Float64Array.from(weights),
  };
}
