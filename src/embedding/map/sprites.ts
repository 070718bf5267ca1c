/** Thumbnails of many images in a few pictures, small enough for a page that holds them all. */
import sharp from 'sharp';
import { interleave } from '../../data/index.js';
import type { Gathered } from '../gathered.js';

export interface Sprites {
  /** Of a thumbnail, in pixels. */
  side: number;
  /** Thumbnails in a row of a picture, and rows in a picture. */
  across: number;
  /** `data:` URLs of JPEG pictures; thumbnails follow each other in rows, from picture to picture. */
  sheets: string[];
}

/** Sides that keep a page below some 15 MB; multiples of 8, so that no JPEG block belongs to two images. */
const sides = [
  { images: 8_000, side: 56 },
  { images: 20_000, side: 40 },
  { images: Infinity, side: 24 },
] as const;
const across = 32;
const quality = 65;

/** Of all images, in their order. Throws ABORT_ERR. */
export async function drawSprites({
  count,
  format,
  pixels,
}: Pick<Gathered, 'count' | 'format' | 'pixels'>): Promise<Sprites> {
  const side = sides.find(({ images }) => count <= images)?.side ?? 24;
  const sheets: string[] = [];
  for (let start = 0; start < count; start += across * across) {
    const rows = Array.from(
      { length: Math.min(across * across, count - start) },
      (_, at) => start + at,
    );
    const thumbnails = await Promise.all(
      rows.map((row) => drawThumbnail(pixels(row), format, side)),
    );
    sheets.push(await joinThumbnails(thumbnails, side, format.channels));
  }
  return { side, across, sheets };
}

/** [side, side, C] bytes. */
async function drawThumbnail(
  planes: Uint8Array,
  format: Gathered['format'],
  side: number,
): Promise<Buffer> {
  const { channels, height, width } = format;
  return sharp(interleave(planes, format), { raw: { width, height, channels } })
    .resize({ width: side, height: side, fit: 'contain', background: 'black' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
}

async function joinThumbnails(
  thumbnails: readonly Buffer[],
  side: number,
  channels: 1 | 3,
): Promise<string> {
  const width = across * side;
  const height = Math.ceil(thumbnails.length / across) * side;
  const sheet = Buffer.alloc(width * height * channels);
  thumbnails.forEach((thumbnail, at) => {
    const [left, top] = [(at % across) * side, Math.floor(at / across) * side];
    for (let y = 0; y < side; y += 1) {
      const line = thumbnail.subarray(y * side * channels, (y + 1) * side * channels);
      sheet.set(line, ((top + y) * width + left) * channels);
    }
  });
  const jpeg = await sharp(sheet, { raw: { width, height, channels } })
    .jpeg({ quality, chromaSubsampling: '4:4:4', mozjpeg: true })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}
