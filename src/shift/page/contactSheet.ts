/** Images before and after a repair, below some of the source: for people who look before they believe. */
import sharp from 'sharp';
import { interleave, type ImageFormat } from '../../data/index.js';
import type { Side } from '../side.js';

/** In pixels. */
const tile = 128;
const gap = 6;
const margin = 22;
const columns = 8;

/** @param after the same images repaired, in the same order; null where nothing was */
export async function drawContactSheet(
  source: Side,
  before: Side,
  after: Side | null,
  format: ImageFormat,
): Promise<Buffer> {
  const rows = [
    { title: 'Source', side: source },
    { title: after ? 'Target before the repair' : 'Target', side: before },
    ...(after ? [{ title: 'Target after the repair', side: after }] : []),
  ];
  const width = gap + columns * (tile + gap);
  const height = rows.length * (margin + tile + gap);
  const tiles = rows.flatMap(({ side: { dataset, positions } }, row) =>
    Array.from({ length: Math.min(columns, positions.length) }, async (_, column) => {
      const at = Math.floor((column * positions.length) / columns);
      return {
        input: await drawTile(dataset.read(positions[at] ?? 0), format),
        left: gap + column * (tile + gap),
        top: row * (margin + tile + gap) + margin,
      };
    }),
  );
  const titles = rows.map(
    ({ title }, row) =>
      `<text x="${gap}" y="${row * (margin + tile + gap) + margin - 7}">${title}</text>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="13" fill="#fff">${titles.join('')}</svg>`;
  return sharp({ create: { width, height, channels: 3, background: '#222' } })
    .composite([...(await Promise.all(tiles)), { input: Buffer.from(svg), left: 0, top: 0 }])
    .removeAlpha()
    .png()
    .toBuffer();
}

async function drawTile(pixels: Uint8Array, format: ImageFormat): Promise<Buffer> {
  const { channels, height, width } = format;
  return sharp(interleave(pixels, format), { raw: { width, height, channels } })
    .resize({ width: tile, height: tile, fit: 'contain' })
    .png()
    .toBuffer();
}
