/** A contact sheet of training images: as they are, and as the first epochs change them. */
import sharp from 'sharp';
import {
  openData,
  selectSplits,
  type ImageFormat,
  type PackedDataset,
  type Problem,
} from '../data/index.js';
import { loadModelSpec } from '../models/index.js';
import { invalidArgument } from '../native/index.js';
import { toAugmentation } from './augmentation.js';
import type { TrainHooks } from './events.js';
import type { ResolvedSettings, TrainSettings } from './options.js';
import { toSamples, type Places } from './preparation.js';
import {
  checkCombinations,
  imageFormat,
  normalization,
  parseSettings,
  resolveChoices,
} from './settings.js';

export interface PreviewSettings extends TrainSettings, Places {
  /** Rows: training images, classes in turn. Default 6. */
  images?: number | undefined;
  /** Columns after the original, one for each of the first epochs. Default 5. */
  draws?: number | undefined;
}

export interface AugmentationPreview {
  png: Buffer;
  /** Names of the images shown, from top to bottom. */
  names: string[];
  problems: Problem[];
}

/** Of the sheet, in pixels. */
const margin = 8;
const header = 24;
const smallestTile = 112;

/** Rows or columns. */
const maximum = 64;

/**
 * Draws what a training run with the same settings and data would see, image by image: exactly, since the changes
 * depend on seed, epoch and image alone. Mixup and cutmix are left out.
 * @throws RoentgenError as `train`; ERR_INVALID_ARGUMENT for more than 64 rows or columns
 */
export async function previewAugmentation(
  { data, cacheDir, workers, keepGoing, images = 6, draws = 5, ...rest }: PreviewSettings,
  { onEvent, signal }: TrainHooks = {},
): Promise<AugmentationPreview> {
  for (const [name, count] of Object.entries({ images, draws })) {
    if (!Number.isInteger(count) || count < 1 || count > maximum) {
      throw invalidArgument(name, `an integer from 1 to ${maximum}`, count);
    }
  }
  const settings = parseSettings(rest);
  const spec = loadModelSpec(settings.model);
  checkCombinations(settings, resolveChoices(settings, spec));
  const format = imageFormat(settings, spec);
  const packed = await openData(data, format, {
    ...{ cacheDir, workers, keepGoing, signal },
    ...settings,
    allowSingleClass: true,
    onProgress: (progress) => onEvent?.({ kind: 'packing', ...progress }),
  });
  using dataset = packed.dataset;
  const indices = chooseImages(packed, settings, images);
  const common = { indices, mean: normalization(settings, spec, format.channels).mean };
  const augmentation = toAugmentation(settings);
  const columns = Array.from({ length: draws }, (_, epoch) =>
    dataset.preview({ ...common, augmentation, seed: settings.seed, epoch }),
  );
  const originals = Buffer.concat([...indices].map((position) => dataset.read(position)));
  const { names, labels, classes } = packed.index;
  const captions = [...indices].map((position) => classes[labels[position] ?? -1] ?? 'unlabeled');
  return {
    png: await drawSheet([originals, ...columns], format, captions),
    names: [...indices].map((position) => names[position] ?? ''),
    problems: packed.problems,
  };
}

/** The first training images of each class, classes in turn. */
function chooseImages(
  { index }: PackedDataset,
  { valFraction, seed }: ResolvedSettings,
  count: number,
): Int32Array {
  const { train } = selectSplits({ samples: toSamples(index) }, { valFraction, seed });
  const seen = new Map<number, number>();
  const ranked = train.map((position) => {
    const label = index.labels[position] ?? -1;
    const rank = seen.get(label) ?? 0;
    seen.set(label, rank + 1);
    return { position, label, rank };
  });
  ranked.sort((a, b) => a.rank - b.rank || a.label - b.label);
  return Int32Array.from(ranked.slice(0, count), ({ position }) => position);
}

/** `columns`: images of one column, C·H·W bytes each, one after another; `captions` one for each row. */
async function drawSheet(
  columns: readonly Uint8Array[],
  { channels, height, width }: ImageFormat,
  captions: readonly string[],
): Promise<Buffer> {
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
  return sharp({
    create: { width: sheetWidth, height: sheetHeight, channels: 3, background: '#222' },
  })
    .composite([...(await Promise.all(tiles)), { input: Buffer.from(overlay), left: 0, top: 0 }])
    .png()
    .toBuffer();
}

function text(content: string, x: number, y: number): string {
  const escaped = content.replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'));
  return `<text x="${x}" y="${y}">${escaped}</text>`;
}

/** One image of a column as PNG, every pixel a square. */
async function drawTile(
  column: Uint8Array,
  row: number,
  { channels, height, width }: Omit<ImageFormat, 'fit'>,
  enlarged: number,
): Promise<Buffer> {
  const area = height * width;
  const planes = column.subarray(row * channels * area, (row + 1) * channels * area);
  const pixels = Buffer.allocUnsafe(planes.length);
  for (let at = 0; at < pixels.length; at += 1) {
    pixels[at] = planes[(at % channels) * area + Math.floor(at / channels)] ?? 0;
  }
  return sharp(pixels, { raw: { width, height, channels } })
    .resize({ width: width * enlarged, height: height * enlarged, kernel: 'nearest' })
    .png()
    .toBuffer();
}
