/** What an autoencoder makes of the most and least anomalous images, as one PNG: image, reconstruction, error. */
import sharp from 'sharp';
import { interleave } from '../data/index.js';
import { colorTable } from '../explanation/index.js';
import { errorMap, restore } from './look.js';
import type { AnomalyReport, JudgedImages } from './types.js';

/** In pixels. */
const tile = 176;
const gap = 8;
const header = 26;
const caption = 34;
const bar = { width: 14, left: 10, labels: 56 } as const;

/** Of either end, normal images and anomalies each. */
const shownOfEach = 2;
const heads = ['image', 'reconstruction', 'squared error'] as const;

interface Row {
  /** In the judged images. */
  at: number;
  what: string;
}

/** Errors share one scale, from 0 to the 99.5th percentile of all that are shown. */
const shownShare = 0.995;

/** @throws RoentgenError as `Network.activations` */
export async function drawReconstructions(
  images: JudgedImages,
  { normal }: Pick<AnomalyReport, 'normal'>,
): Promise<Buffer> {
  const { model, dataset, positions, names, classes, scores } = images;
  const errors = scores.get('error') ?? new Float64Array();
  const rows = chooseRows(errors, classes, normal);
  const { channels, height, width } = model.format;
  const restored = await restore(
    model,
    dataset,
    rows.map(({ at }) => positions[at] ?? 0),
  );
  const size = channels * height * width;
  const part = (values: Float32Array, row: number): Float32Array =>
    values.subarray(row * size, (row + 1) * size);
  const maps = rows.map((_, row) =>
    errorMap(part(restored.inputs, row), part(restored.outputs, row), channels),
  );
  const sorted = Float64Array.from(maps.flatMap((map) => [...map])).sort();
  const most = sorted[Math.floor(shownShare * (sorted.length - 1))] || 1;
  const { mean, std } = model.description;
  const colors = await colorTable('inferno');
  const toBytes = (values: Float32Array): Uint8Array =>
    Uint8Array.from(values, (value, at) => {
      const channel = Math.floor(at / (height * width));
      const share = value * (std[channel] ?? 1) + (mean[channel] ?? 0);
      return Math.max(0, Math.min(255, Math.round(share * 255)));
    });
  const picture = async (bytes: Uint8Array, count: 1 | 3): Promise<Buffer> =>
    sharp(bytes, { raw: { width, height, channels: count } })
      .resize({ width: tile, height: tile, fit: 'fill', kernel: 'nearest' })
      .png()
      .toBuffer();
  const tiles = rows.flatMap((_, row) =>
    [
      picture(interleave(toBytes(part(restored.inputs, row)), model.format), channels),
      picture(interleave(toBytes(part(restored.outputs, row)), model.format), channels),
      picture(paint(maps[row] ?? new Float64Array(), most, colors), 3),
    ].map(async (image, column) => ({
      input: await image,
      left: gap + column * (tile + gap),
      top: header + row * (tile + caption) + caption - 6,
    })),
  );
  const sheet = {
    width: gap + heads.length * (tile + gap) + bar.left + bar.width + bar.labels,
    height: header + rows.length * (tile + caption) + gap,
  };
  const texts = [
    ...heads.map((head, column) => text(head, gap + column * (tile + gap), 18, '#fff')),
    ...rows.flatMap(({ at, what }, row) => [
      text(
        `${what}: ${classes[at] ?? ''}, error ${(errors[at] ?? 0).toPrecision(3)}`,
        gap,
        header + row * (tile + caption) + 12,
        '#fff',
      ),
      text(names[at] ?? '', gap, header + row * (tile + caption) + 25, '#aaa'),
    ]),
  ];
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${sheet.width}" height="${sheet.height}" font-family="sans-serif" font-size="12">${texts.join('')}${colorBar(most, sheet.height, colors)}</svg>`;
  return sharp({ create: { ...sheet, channels: 3, background: '#1c1c1c' } })
    .composite([...(await Promise.all(tiles)), { input: Buffer.from(overlay), left: 0, top: 0 }])
    .removeAlpha()
    .png()
    .toBuffer();
}

/** Colors of the bar between which the picture is blended. */
const barStops = 16;

/** Red, green and blue of a share; what lies beyond [0, 1] has the color of that end. */
function colorOf(share: number, colors: Uint8Array): Uint8Array {
  const last = colors.length / 3 - 1;
  const shade = Math.round(Math.max(0, Math.min(1, share)) * last);
  return colors.subarray(3 * shade, 3 * shade + 3);
}

/** A map of errors as pixels; `most` has the brightest color. */
function paint(map: Float64Array, most: number, colors: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(3 * map.length);
  map.forEach((error, at) => {
    pixels.set(colorOf(error / most, colors), 3 * at);
  });
  return pixels;
}

/** The images with the largest and smallest errors, of normal images and of anomalies. */
function chooseRows(errors: Float64Array, classes: readonly string[], normal: string): Row[] {
  return [true, false].flatMap((wanted) => {
    const own = [...errors.keys()]
      .filter((at) => (classes[at] === normal) === wanted)
      .sort((a, b) => (errors[b] ?? 0) - (errors[a] ?? 0));
    const count = Math.min(shownOfEach, Math.floor(own.length / 2));
    const rows = (chosen: readonly number[], what: string): Row[] =>
      chosen.map((at) => ({ at, what }));
    return [
      ...rows(own.slice(0, count), 'largest error'),
      ...rows(own.slice(own.length - count), 'smallest error'),
    ];
  });
}

function colorBar(most: number, sheetHeight: number, colors: Uint8Array): string {
  const left = gap + heads.length * (tile + gap) + bar.left;
  const [top, height] = [header + caption, Math.min(260, sheetHeight - header - caption - gap)];
  const stops = Array.from({ length: barStops + 1 }, (_, at) => {
    const offset = at / barStops;
    return `<stop offset="${offset}" stop-color="rgb(${colorOf(1 - offset, colors).join(',')})"/>`;
  });
  const labels = [1, 0.5, 0].map((share) =>
    text(
      `${share === 1 ? '≥ ' : ''}${(share * most).toPrecision(2)}`,
      left + bar.width + 5,
      top + (1 - share) * height + 4,
      '#fff',
    ),
  );
  return (
    `<defs><linearGradient id="bar" x1="0" y1="0" x2="0" y2="1">${stops.join('')}</linearGradient></defs>` +
    `<rect x="${left}" y="${top}" width="${bar.width}" height="${height}" fill="url(#bar)"/>${labels.join('')}`
  );
}

function text(content: string, x: number, y: number, color: string): string {
  const escaped = content.replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'));
  return `<text x="${x}" y="${y}" fill="${color}">${escaped}</text>`;
}
