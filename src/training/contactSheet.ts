/** Images in rows and columns on one PNG, with captions. */
import sharp from 'sharp';
import { interleave, type ImageFormat } from '../data/index.js';

/** Of the sheet, in pixels. */
const margin = 8;
const header = 24;
const smallestTile = 112;

export interface ContactSheet {
  png: Buffer;
  /** In pixels. */
  width: number;
  height: number;
}

/** `columns`: images of one column, C·H·W bytes each, one after another; `captions` one for each row. */
export async function drawSheet(
  columns: readonly Uint8Array[],
  { channels, height, width }: ImageFormat,
  captions: readonly string[],
): Promise<ContactSheet> {
  const enlarged = Math.max(1, Math.floor(smallestTile / width));
  const [across, down] = [width * enlarged + margin, height * enlarged + margin];
  const tiles = columns.flatMap((column, x) =>
    captions.map(async (_, y) => ({
      input: await drawTile(column, y, { channels, height, width }, enlarged),
      left: margin + x * across,
      top: header + y * down,
    })),
  );
  const [sheetWidth, sheetHeight] = [
    margin + columns.length * across,
    header + captions.length * down,
  ];
  const texts = [
    ...columns.map((_, x) =>
      text(x === 0 ? 'original' : `epoch ${x}`, margin + x * across, header - 7),
    ),
    ...captions.map((caption, y) => text(caption, margin + 4, header + y * down + 14)),
  ];
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${sheetWidth}" height="${sheetHeight}" font-family="sans-serif" font-size="13" fill="#fff" stroke="#000" stroke-width="3" paint-order="stroke">${texts.join('')}</svg>`;
  const png = await sharp({
    create: { width: sheetWidth, height: sheetHeight, channels: 3, background: '#222' },
  })
    .composite([...(await Promise.all(tiles)), { input: Buffer.from(overlay), left: 0, top: 0 }])
    .png()
    .toBuffer();
  return { png, width: sheetWidth, height: sheetHeight };
}

function text(content: string, x: number, y: number): string {
  const escaped = content.replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'));
  return `<text x="${x}" y="${y}">${escaped}</text>`;
}

/** One image of a column as PNG, every pixel a square. */
async function drawTile(
  column: Uint8Array,
  row: number,
  format: Omit<ImageFormat, 'fit'>,
  enlarged: number,
): Promise<Buffer> {
  const { channels, height, width } = format;
  const size = channels * height * width;
  const planes = column.subarray(row * size, (row + 1) * size);
  return sharp(interleave(planes, format), { raw: { width, height, channels } })
    .resize({ width: width * enlarged, height: height * enlarged, kernel: 'nearest' })
    .png()
    .toBuffer();
}
