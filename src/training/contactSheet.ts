/** Images in rows and columns on one PNG, with captions. */
import { composeSheet, type ImageFormat } from '../data/index.js';

/** Of the sheet, in pixels. */
const margin = 8;
const header = 24;
const smallestTile = 112;
const fontSize = 13;

export interface ContactSheet {
  png: Buffer;
  /** In pixels. */
  width: number;
  height: number;
}

/** `columns`: images of one column, C·H·W bytes each, one after another; `captions` one for each row. */
export async function drawSheet(
  columns: readonly Uint8Array[],
  format: ImageFormat,
  captions: readonly string[],
): Promise<ContactSheet> {
  const enlarged = Math.max(1, Math.floor(smallestTile / format.width));
  // Every pixel a square.
  const tile = {
    width: format.width * enlarged,
    height: format.height * enlarged,
    kernel: 'nearest',
  } as const;
  const [across, down] = [tile.width + margin, tile.height + margin];
  const size = format.channels * format.height * format.width;
  const tiles = columns.flatMap((column, x) =>
    captions.map((_, y) => ({
      pixels: column.subarray(y * size, (y + 1) * size),
      left: margin + x * across,
      top: header + y * down,
    })),
  );
  const texts = [
    ...columns.map((_, x) => ({
      content: x === 0 ? 'original' : `epoch ${x}`,
      left: margin + x * across,
      top: header - 7,
    })),
    ...captions.map((content, y) => ({
      content,
      left: margin + 4,
      top: header + y * down + 14,
    })),
  ];
  const [width, height] = [margin + columns.length * across, header + captions.length * down];
  const sheet = { format, tile, tiles, texts, fontSize, rimmed: true };
  return { png: await composeSheet(sheet, width, height), width, height };
}
