/** Sheets of activation maps: all convolutions over one image, and the channels of one convolution. */
import { notice } from '../../models/index.js';
import type { LayerValues } from '../../native/index.js';
import { html, paperInk, printable, shorten } from '../../report/index.js';
import { resizeMap } from '../maps/resize.js';
import { methodOf } from '../methods.js';
import type { Explanation } from '../types.js';
import { answerWords, figure } from '../words.js';
import { colorTable } from './colors.js';
import { blend, defaultColormap, defaultOpacity, heatOf, paint, type HeatOptions } from './heat.js';
import { composeSheet } from './compose.js';
import { enlarge } from './render.js';

/** In pixels. */
const margin = 20;
const header = 64;
const footer = 36;
const gap = 10;

interface Tile {
  /** RGB bytes [H, W, 3]. */
  pixels: Uint8Array;
  caption: string;
}

interface Layout {
  title: string;
  subtitle: string;
  columns: number;
  /** Of a tile. */
  height: number;
  width: number;
}

/**
 * An image, and over it the mean map of each convolution, as PNG.
 * @param maps of method `activations`, all of one image
 */
export async function renderConvolutions(
  maps: readonly [Explanation, ...Explanation[]],
  { classes, colormap, opacity = defaultOpacity }: HeatOptions & { classes: readonly string[] },
): Promise<Buffer> {
  const [first] = maps;
  const { image, name } = first;
  const size = { height: Math.round((208 * image.height) / image.width), width: 208 };
  const photograph = await enlarge(image, size);
  const tiles: Tile[] = [{ pixels: photograph, caption: 'radiograph' }];
  for (const map of maps) {
    const heat = await heatOf(map, colormap);
    const enlarged = { ...heat, values: resizeMap(heat.values, image, size) };
    tiles.push({
      pixels: blend(photograph, enlarged, opacity),
      caption: `${map.layers.join()}, up to ${figure(map.raw.maximum)}`,
    });
  }
  return renderSheet(tiles, {
    title: `${methodOf('activations').title}: ${name}`,
    subtitle: `Prediction: ${answerWords(first, classes)} · ${methodOf('activations').paper}, each scaled by itself`,
    columns: Math.min(5, tiles.length),
    ...size,
  });
}

const mostChannels = 64;

/**
 * Channels of a convolution, at most the first 64, in one color scale, as PNG.
 * @param layer of one image
 */
export async function renderChannels(
  { layer, shape, values }: LayerValues,
  { name, colormap = defaultColormap }: { name: string } & HeatOptions,
): Promise<Buffer> {
  const [channels = 0, height = 0, width = 0] = shape;
  const area = height * width;
  const shown = Math.min(channels, mostChannels);
  const sizes = values.subarray(0, shown * area).map(Math.abs);
  const largest = sizes.reduce((most, value) => Math.max(most, value), 0);
  const table = await colorTable(colormap);
  const size = { height: Math.round((112 * height) / width), width: 112 };
  const tiles = Array.from({ length: shown }, (_, channel): Tile => {
    const map = sizes.slice(channel * area, (channel + 1) * area);
    const scaled = map.map((value) => (largest > 0 ? value / largest : 0));
    const resized = resizeMap(scaled, { height, width }, size);
    return {
      pixels: paint({ values: resized, signed: false, table }),
      caption: `channel ${channel}`,
    };
  });
  return renderSheet(tiles, {
    title: `${layer}, ${shown === channels ? channels : `${shown} of ${channels}`} channels of ${height}×${width}: ${name}`,
    subtitle: `Absolute activations; the brightest is ${figure(largest)}`,
    columns: 8,
    ...size,
  });
}

/** Letters of 12 pixels are 6.5 wide on average: longer texts are cut. */
async function renderSheet(
  tiles: readonly Tile[],
  { title, subtitle, columns, height, width }: Layout,
): Promise<Buffer> {
  const [across, down] = [width + gap, height + 24];
  const sheetWidth = 2 * margin + columns * across - gap;
  const sheetHeight = header + Math.ceil(tiles.length / columns) * down + footer;
  const placed = tiles.map((tile, at) => ({
    ...tile,
    left: margin + (at % columns) * across,
    top: header + Math.floor(at / columns) * down,
  }));
  const fitted = (words: string, pixels: number, letter: number): string =>
    shorten(printable(words), Math.floor(pixels / letter));
  const wide = sheetWidth - 2 * margin;
  const words = [
    html`<text x="${margin}" y="28" font-size="17" font-weight="bold" fill="${paperInk.text}">
      ${fitted(title, wide, 9.5)}
    </text>`,
    html`<text x="${margin}" y="50" font-size="13">${fitted(subtitle, wide, 6.8)}</text>`,
    ...placed.map(
      ({ caption, left, top }) =>
        html`<text x="${left}" y="${top + height + 15}">${fitted(caption, width, 6.5)}</text>`,
    ),
    html`<text x="${margin}" y="${sheetHeight - 14}">
      ${fitted(`roentgen · ${notice}`, wide, 6.5)}
    </text>`,
  ];
  const size = { height: sheetHeight, width: sheetWidth };
  return composeSheet(placed, { height, width }, words, size);
}
