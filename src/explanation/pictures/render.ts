/** The pictures of one explanation as PNG: image, heatmap, overlay, at the size that the network sees. */
import sharp from 'sharp';
import { interleave } from '../../data/index.js';
import { invalidArgument } from '../../native/index.js';
import type { Explanation, SeenImage } from '../types.js';
import { blend, defaultOpacity, heatOf, paint, type HeatOptions } from './heat.js';

/** RGB bytes [H, W, 3]. */
export function colorPixels(image: SeenImage): Uint8Array {
  const { pixels, channels } = image;
  if (channels === 3) return interleave(pixels, image);
  const copied = new Uint8Array(pixels.length * 3);
  pixels.forEach((value, at) => copied.fill(value, 3 * at, 3 * at + 3));
  return copied;
}

/** RGB bytes [height, width, 3] of the image at another size. */
export async function enlarge(
  image: SeenImage,
  { height, width }: { height: number; width: number },
): Promise<Uint8Array> {
  const raw = { width: image.width, height: image.height, channels: 3 } as const;
  return sharp(colorPixels(image), { raw }).resize({ width, height, fit: 'fill' }).raw().toBuffer();
}

/** @param pixels RGB bytes [H, W, 3] */
export async function toPng(
  pixels: Uint8Array,
  { height, width }: Pick<SeenImage, 'height' | 'width'>,
): Promise<Buffer> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** The image as PNG, as the network sees it. */
export async function renderImage(image: SeenImage): Promise<Buffer> {
  return toPng(colorPixels(image), image);
}

/** The map alone as PNG, in the colors of `options`. */
export async function renderHeatmap(
  explanation: Explanation,
  { colormap }: HeatOptions = {},
): Promise<Buffer> {
  return toPng(paint(await heatOf(explanation, colormap)), explanation.image);
}

/**
 * The map alone as PNG with transparency: opaque where its absolute value is highest, and nothing where it is 0. Laid
 * over the image with an opacity, it gives `renderOverlay`.
 */
export async function renderTransparent(
  explanation: Explanation,
  { colormap }: HeatOptions = {},
): Promise<Buffer> {
  const heat = await heatOf(explanation, colormap);
  const { height, width } = explanation.image;
  const alpha = Uint8Array.from(heat.values, (value) => Math.round(255 * Math.abs(value)));
  return sharp(paint(heat), { raw: { width, height, channels: 3 } })
    .joinChannel(Buffer.from(alpha.buffer), { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

/**
 * The image under its map as PNG. For research and education: not a medical device.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for an opacity outside [0, 1]
 */
export async function renderOverlay(
  explanation: Explanation,
  { colormap, opacity = defaultOpacity }: HeatOptions = {},
): Promise<Buffer> {
  if (!(opacity >= 0 && opacity <= 1)) {
    throw invalidArgument('opacity', 'a number from 0 to 1', opacity);
  }
  const { image } = explanation;
  return toPng(blend(colorPixels(image), await heatOf(explanation, colormap), opacity), image);
}
