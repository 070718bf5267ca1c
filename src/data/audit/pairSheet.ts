/** Copies that an audit found as one PNG: each beside the image it is a copy of, for people who look before they believe. */
import sharp from 'sharp';
import { interleave } from '../pixels.js';
import type { ImageFormat } from '../types.js';
import type { Material } from './material.js';
import type { AuditFinding } from './types.js';

/** In pixels. */
const tile = 176;
const caption = 34;
const gap = 10;

const pairsAcross = 4;
const mostPairs = 40;

const pairChecks: ReadonlySet<string> = new Set(['exactDuplicates', 'nearDuplicates']);

interface Pair {
  files: readonly [string, string];
  positions: readonly [number, number];
  message: string;
}

/** The first 40 of the copies among the findings, leaks and near copies first; an empty sheet where there are none. */
export async function drawPairs(
  { images, format, read }: Material,
  findings: readonly AuditFinding[],
): Promise<Buffer> {
  const positions = new Map(images.map(({ file }, position) => [file, position]));
  const rank = ({ status, check }: AuditFinding): number =>
    (status === 'fail' ? 0 : 2) + (check === 'nearDuplicates' ? 0 : 1);
  const pairs = findings
    .filter(({ check }) => pairChecks.has(check))
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap(({ files, message }): Pair[] => {
      const [first, second] = files;
      const [a, b] = [positions.get(first ?? ''), positions.get(second ?? '')];
      if (first === undefined || second === undefined || a === undefined || b === undefined)
        return [];
      return [{ files: [first, second], positions: [a, b], message }];
    })
    .slice(0, mostPairs);
  const rows = Math.max(1, Math.ceil(pairs.length / pairsAcross));
  const [cellWidth, cellHeight] = [2 * tile + gap, tile + caption + gap];
  const corner = (at: number): [left: number, top: number] => [
    gap + (at % pairsAcross) * cellWidth,
    gap + Math.floor(at / pairsAcross) * cellHeight,
  ];
  const [width, height] = [gap + pairsAcross * cellWidth, gap + rows * cellHeight];
  const tiles = pairs.flatMap((pair, at) => {
    const [left, top] = corner(at);
    return pair.positions.map(async (position, side) => ({
      input: await drawTile(read(position), format),
      left: left + side * tile,
      top: top + caption,
    }));
  });
  const texts = pairs.flatMap(({ files: [first, second], message }, at) => {
    const [left, top] = corner(at);
    return [
      ...[first, second].map((file, side) => text(shorten(file), left + side * tile, top + 12)),
      text(message, left, top + 27),
    ];
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="10" fill="#fff">${texts.join('')}</svg>`;
  return sharp({ create: { width, height, channels: 3, background: '#222' } })
    .composite([...(await Promise.all(tiles)), { input: Buffer.from(svg), left: 0, top: 0 }])
    .removeAlpha()
    .png()
    .toBuffer();
}

function text(content: string, x: number, y: number): string {
  const escaped = content.replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'));
  return `<text x="${x}" y="${y}">${escaped}</text>`;
}

/** The end of a path says which file it is. */
function shorten(file: string): string {
  return file.length > 30 ? `…${file.slice(-29)}` : file;
}

async function drawTile(pixels: Uint8Array, format: ImageFormat): Promise<Buffer> {
  const { channels, height, width } = format;
  return sharp(interleave(pixels, format), { raw: { width, height, channels } })
    .resize({ width: tile, height: tile, fit: 'contain' })
    .png()
    .toBuffer();
}
