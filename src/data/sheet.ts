/** Images and words at their places on one dark PNG: contact sheets and whatever looks like them. */
import sharp from 'sharp';
import { interleave } from './pixels.js';
import type { ImageFormat } from './types.js';

export interface SheetTile {
  /** One image, C·H·W bytes. */
  pixels: Uint8Array;
  left: number;
  top: number;
}

export interface SheetText {
  content: string;
  /** Of the baseline's beginning. */
  left: number;
  top: number;
  /** Default white. */
  color?: string;
}

export interface Sheet {
  format: Pick<ImageFormat, 'channels' | 'height' | 'width'>;
  /** Into which each image is fitted, as it is wide and high. */
  tile: { width: number; height: number; kernel: 'nearest' | 'lanczos3' };
  tiles: readonly SheetTile[];
  texts: readonly SheetText[];
  fontSize: number;
  /** Whether texts have a dark rim, because they stand on images. Default false. */
  rimmed?: boolean;
}

/** A sheet of `width` × `height` pixels; all lengths are in pixels. */
export async function composeSheet(
  { format, tile, tiles, texts, fontSize, rimmed = false }: Sheet,
  width: number,
  height: number,
): Promise<Buffer> {
  const images = tiles.map(async ({ pixels, left, top }) => ({
    input: await drawTile(pixels, format, tile),
    ...{ left, top },
  }));
  const rim = rimmed ? ' stroke="#000" stroke-width="3" paint-order="stroke"' : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="${fontSize}" fill="#fff"${rim}>${texts.map(textElement).join('')}</svg>`;
  return sharp({ create: { width, height, channels: 3, background: '#222' } })
    .composite([...(await Promise.all(images)), { input: Buffer.from(svg), left: 0, top: 0 }])
    .removeAlpha()
    .png()
    .toBuffer();
}

function textElement({ content, left, top, color }: SheetText): string {
  const escaped = content.replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'));
  const fill = color === undefined ? '' : ` fill="${color}"`;
  return `<text x="${left}" y="${top}"${fill}>${escaped}</text>`;
}

async function drawTile(
  pixels: Uint8Array,
  format: Sheet['format'],
  { width, height, kernel }: Sheet['tile'],
): Promise<Buffer> {
  const { channels, height: rows, width: columns } = format;
  return sharp(interleave(pixels, format), { raw: { width: columns, height: rows, channels } })
    .resize({ width, height, fit: 'contain', kernel })
    .png()
    .toBuffer();
}

/** The end of a path of at most `length` characters, which says which file it is. */
export function pathEnd(file: string, length: number): string {
  return file.length > length ? `…${file.slice(1 - length)}` : file;
}
