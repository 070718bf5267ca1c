/** Repairs at work on a decoded image, in their order. */
import sharp, { type Sharp } from 'sharp';
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

/** Larger images are halved first: what repairs do hardly changes, and a step takes less than 0.1 s. */
const mostPixels = 4_000_000;

/** One channel sees one plane; three channels are all changed as their luminance is. */
export function repairPicture(picture: Picture, repairs: readonly Repair[]): Picture {
  return repairs.reduce((repaired, repair) => {
    const step = steps[repair.kind] as Step<Repair['kind']>;
    return step(repaired, repair);
  }, picture);
}

/**
 * The image after the format's repairs, still of its own size: halved until it has at most 4,000,000 pixels, but never
 * below twice the format's sides. With one channel repairs work on its luminance.
 * @param image opaque, without a size to be resized to
 */
export async function repairImage(
  image: Sharp,
  { channels, height, width, repairs = [] }: ImageFormat,
): Promise<Sharp> {
  const { autoOrient } = await image.metadata();
  const halvings = countHalvings(autoOrient, { height, width });
  const smaller = (side: number): number => Math.ceil(side / 2 ** halvings);
  const { data, info } = await image
    .resize({
      width: smaller(autoOrient.width),
      height: smaller(autoOrient.height),
      fit: 'fill',
    })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const picture: Picture = {
    pixels: channels === 1 ? luma(data) : data,
    height: info.height,
    width: info.width,
    channels,
  };
  const { pixels, ...raw } = repairPicture(picture, repairs);
  return sharp(pixels, { raw, limitInputPixels: false });
}

function countHalvings(has: Size, needed: Size): number {
  let halvings = 0;
  const sideAfter = (side: number): number => side / 2 ** halvings;
  while (
    sideAfter(has.width) * sideAfter(has.height) > mostPixels &&
    sideAfter(has.width) >= 4 * needed.width &&
    sideAfter(has.height) >= 4 * needed.height
  ) {
    halvings += 1;
  }
  return halvings;
}

interface Size {
  height: number;
  width: number;
}
