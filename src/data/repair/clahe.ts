/** Contrast-limited adaptive histogram equalization. */
import type { Repair } from '../types.js';
import { brightnessOf, levels, type Picture } from './picture.js';

/** Which two tiles a row or column lies between, and how far it is on the way to the second, 0 … 1. */
interface Between {
  first: number;
  second: number;
  share: number;
}

/** Rows or columns as tiles cut them; the last tile may reach beyond the image. */
interface Cut {
  /** Pixels of the image. */
  side: number;
  /** Pixels of a tile. */
  tile: number;
}

/**
 * Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV, 1994, with OpenCV's arithmetic:
 * `tiles` × `tiles` windows have a curve each, bins hold at most `clipLimit` times their mean, and between the windows'
 * centers curves are mixed. sharp's `clahe` is another method: a window around every pixel, and its limit is a number
 * of pixels whatever the window's size.
 */
export function clahe(
  picture: Picture,
  { tiles, clipLimit }: Extract<Repair, { kind: 'clahe' }>,
): Picture {
  const { pixels, height, width, channels } = picture;
  const isWhole = height % tiles === 0 && width % tiles === 0;
  const cut = (side: number): Cut => ({
    side,
    tile: (isWhole ? side : side + tiles - (side % tiles)) / tiles,
  });
  const [rows, columns] = [cut(height), cut(width)];
  const brightness = brightnessOf(picture);
  const curves = Array.from({ length: tiles * tiles }, (_, tile) => {
    const place = {
      row: Math.floor(tile / tiles) * rows.tile,
      column: (tile % tiles) * columns.tile,
    };
    return equalizing(
      histogramIn(brightness, rows, columns, place),
      rows.tile * columns.tile,
      clipLimit,
    );
  });
  const across = placesOf(columns, tiles);
  const changed = new Uint8ClampedArray(pixels.length);
  placesOf(rows, tiles).forEach((down, y) => {
    for (let x = 0, at = y * width * channels; x < width; x += 1) {
      const { first, second, share } = across[x] as Between;
      const topLeft = curves[down.first * tiles + first] as Uint8ClampedArray;
      const topRight = curves[down.first * tiles + second] as Uint8ClampedArray;
      const bottomLeft = curves[down.second * tiles + first] as Uint8ClampedArray;
      const bottomRight = curves[down.second * tiles + second] as Uint8ClampedArray;
      for (let channel = 0; channel < channels; channel += 1, at += 1) {
        const level = pixels[at] ?? 0;
        const top = (topLeft[level] ?? 0) * (1 - share) + (topRight[level] ?? 0) * share;
        const bottom = (bottomLeft[level] ?? 0) * (1 - share) + (bottomRight[level] ?? 0) * share;
        changed[at] = top * (1 - down.share) + bottom * down.share;
      }
    }
  });
  return { ...picture, pixels: new Uint8Array(changed.buffer) };
}

/** Of one tile; beyond its edge the image goes on in its mirror. */
function histogramIn(
  brightness: Uint8Array,
  rows: Cut,
  columns: Cut,
  place: { row: number; column: number },
): Uint32Array {
  const counts = new Uint32Array(levels);
  for (let y = place.row; y < place.row + rows.tile; y += 1) {
    const start = mirrored(y, rows.side) * columns.side;
    for (let x = place.column; x < place.column + columns.tile; x += 1) {
      const level = brightness[start + mirrored(x, columns.side)] ?? 0;
      counts[level] = (counts[level] ?? 0) + 1;
    }
  }
  return counts;
}

/** … 2 1 0 1 2 …, and the same at the other end. */
function mirrored(at: number, side: number): number {
  if (at < side) return at;
  const period = Math.max(1, 2 * (side - 1));
  const within = at % period;
  return within < side ? within : period - within;
}

/** The curve [256] that spreads a clipped histogram evenly. What is clipped off is spread over all bins. */
function equalizing(counts: Uint32Array, pixels: number, clipLimit: number): Uint8ClampedArray {
  const most = Math.max(1, Math.floor((clipLimit * pixels) / levels));
  const clipped = counts.map((count) => Math.min(count, most));
  const excess = pixels - clipped.reduce((sum, count) => sum + count, 0);
  const rest = excess % levels;
  const stride = Math.max(1, Math.floor(levels / rest));
  let passed = 0;
  return Uint8ClampedArray.from(clipped, (count, level) => {
    const gets = level % stride === 0 && level / stride < rest ? 1 : 0;
    passed += count + Math.floor(excess / levels) + gets;
    return (passed * (levels - 1)) / pixels;
  });
}

function placesOf({ side, tile }: Cut, tiles: number): Between[] {
  return Array.from({ length: side }, (_, at) => {
    const position = at / tile - 0.5;
    const before = Math.floor(position);
    return {
      first: Math.max(0, before),
      second: Math.min(tiles - 1, before + 1),
      share: position - before,
    };
  });
}
