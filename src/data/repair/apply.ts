/** Repairs at work on a decoded image, in their order. */
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { luma } from '../pixels.js';
import type { ImageFormat, Repair } from '../types.js';
import { clahe } from './clahe.js';
import { cropBorder } from './cropBorder.js';
import { invert, matchHistogram, window } from './curves.js';
import type { Picture } from './picture.js';

type Step<Kind extends Repair['kind']> = (
  picture: Picture,
  settings: Extract<Repair, { kind: Kind }>,
) => Picture;

const steps: { [Kind in Repair['kind']]: Step<Kind> } = {
  invert,
  cropBorder,
  window,
  clahe,
  matchHistogram,
};

/** Larger images are halved first: what repairs do hardly changes, and none keeps the event loop for 0.2 s. */
const mostPixels = 2_000_000;

/** One channel sees one plane; three channels are all changed as their luminance is. */
export function repairPicture(picture: Picture, repairs: readonly Repair[]): Picture {
  return repairs.reduce((repaired, repair) => {
    const step = steps[repair.kind] as Step<Repair['kind']>;
    return step(repaired, repair);
  }, picture);
}

/**
 * The image after the format's repairs, still of its own size: halved until it has at most 2,000,000 pixels, but never
 * below twice the format's sides. With one channel repairs work on its luminance.
 * @param image opaque, turned upright and cut, but not resized
 */
export async function repairImage(
  image: Sharp,
  { channels, height, width, repairs = [] }: ImageFormat,
): Promise<Sharp> {
  const { data, info } = await halve(await readPixels(image), { height, width });
  const picture: Picture = {
    pixels: channels === 1 ? luma(data) : data,
    height: info.height,
    width: info.width,
    channels,
  };
  const { pixels, ...raw } = repairPicture(picture, repairs);
  return sharp(pixels, { raw, limitInputPixels: false });
}

interface Pixels {
  /** uint8 [H, W, 3]. */
  data: Buffer;
  info: OutputInfo;
}

async function readPixels(image: Sharp): Promise<Pixels> {
  return image.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
}

async function halve(
  whole: Pixels,
  needed: Pick<ImageFormat, 'height' | 'width'>,
): Promise<Pixels> {
  const { data, info } = whole;
  let { height, width } = info;
  while (height * width > mostPixels && height >= 4 * needed.height && width >= 4 * needed.width) {
    [height, width] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  }
  if (height === info.height) return whole;
  const image = sharp(data, { raw: info, limitInputPixels: false });
  return readPixels(image.resize({ width, height, fit: 'fill' }));
}
