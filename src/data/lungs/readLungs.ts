/** What a lung mask leaves of its image. */
import sharp from 'sharp';
import { RoentgenError } from '../../native/index.js';
import {
  checkPixelLimit,
  decodeError,
  imageError,
  openImage,
  readImageFile,
} from '../imageFile.js';
import type { ImageFormat, LoadedImage } from '../types.js';

export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The lungs of one image. */
export interface Lungs {
  /** What `crop` leaves, in pixels of the image; null for `blackout`, and where the format takes the whole image. */
  rectangle: Rectangle | null;
  /** [H, W] of the format, brought there as the image is: 1 for lung, 0 outside. */
  mask: Uint8Array;
}

export interface MaskOptions {
  mask?: string | Uint8Array | undefined;
  maskName?: string | undefined;
  pixelLimit?: number | undefined;
}

/** A mask's lungs are white; lossy compression blurs their edges. */
const threshold = 128;
/** On each side of the rectangle around the lungs, as a share of its width and height: what masks cut too closely. */
const margin = 0.05;

/**
 * Reads an image's mask. Pixels of 128 and more are lung. A mask may have another size than its image where both have
 * the same shape, to one pixel of the smaller: it is then enlarged or reduced by nearest neighbor. `crop` is the
 * smallest rectangle that holds all lung pixels, wider by 5% of its sides on each side, within the image.
 * @throws RoentgenError ERR_NOT_FOUND without a mask; ERR_INVALID_FILE for one of another shape than the image, naming
 * both sizes, or one without a lung pixel; ERR_UNREADABLE_IMAGE, ERR_IMAGE_TOO_LARGE as `decodeImage`, of either file
 */
export async function readLungs(
  image: { loaded: LoadedImage; name: string },
  format: ImageFormat,
  options: MaskOptions,
): Promise<Lungs> {
  const pixelLimit = checkPixelLimit(options.pixelLimit);
  const { loaded, name } = image;
  const { mask, maskName = typeof mask === 'string' ? mask : 'mask' } = options;
  if (mask === undefined) {
    const remedy = 'Add it, or take the image out.';
    throw imageError('ERR_NOT_FOUND', name, 'it has no lung mask', remedy, undefined);
  }
  const size = await sizeOf(loaded, name, pixelLimit);
  const lungs = await drawMask(mask, maskName, size, pixelLimit).catch((cause: unknown) => {
    throw maskError(name, maskName, cause);
  });
  const rectangle = format.lungs === 'crop' ? widen(boundsOf(lungs, size), size) : null;
  return { rectangle, mask: await resize(lungs, size, rectangle, format) };
}

/**
 * The mask of an image in the format that the image is decoded to, [H, W]: 1 for lung, 0 outside. Where the format
 * crops to the lungs, so is the mask.
 * @param options names for error messages, and the limit of pixels, as `decodeImage` has them
 * @throws RoentgenError as `readLungs`
 */
export async function readMask(
  image: string | Uint8Array,
  mask: string | Uint8Array | undefined,
  format: ImageFormat,
  options: Omit<MaskOptions, 'mask'> & { name?: string | undefined } = {},
): Promise<Uint8Array> {
  const name = options.name ?? (typeof image === 'string' ? image : 'image');
  const loaded = typeof image === 'string' ? await readImageFile(image, name) : image;
  return (await readLungs({ loaded, name }, format, { ...options, mask })).mask;
}

/** The bytes of a mask; errors are told of the image `name`. Throws as `readImageFile`. */
export async function readMaskFile(path: string, name: string): Promise<Buffer> {
  return readImageFile(path, path).catch((cause: unknown) => {
    throw maskError(name, path, cause);
  });
}

/** Makes what lies outside of a mask [H, W] black, in planes [C, H, W]. */
export function blacken(planes: Uint8Array, mask: Uint8Array): void {
  for (let at = 0; at < planes.length; at += 1) {
    if (mask[at % mask.length] === 0) planes[at] = 0;
  }
}

interface Size {
  width: number;
  height: number;
}

/** As it is looked at, its orientation applied. */
async function sizeOf(image: LoadedImage, name: string, pixelLimit: number): Promise<Size> {
  const { autoOrient } = await Promise.resolve()
    .then(async () => (await openImage(image, pixelLimit)).metadata())
    .catch((cause: unknown) => {
      throw decodeError(name, cause, pixelLimit);
    });
  return autoOrient;
}

/** The mask in the size of its image, [height, width]: 255 for lung, else 0; some pixel is lung. */
async function drawMask(
  file: string | Uint8Array,
  name: string,
  size: Size,
  pixelLimit: number,
): Promise<Uint8Array> {
  const bytes = typeof file === 'string' ? await readImageFile(file, name) : file;
  checkShape(await sizeOf(bytes, name, pixelLimit), size, name);
  const gray = await (
    await openImage(bytes, pixelLimit)
  )
    .resize({ ...size, fit: 'fill', kernel: 'nearest' })
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer()
    .catch((cause: unknown) => {
      throw decodeError(name, cause, pixelLimit);
    });
  const lungs = gray.map((value) => (value < threshold ? 0 : 255));
  if (lungs.includes(255)) return lungs;
  const reason = `no pixel is ${threshold} or brighter, so it shows no lung`;
  throw imageError('ERR_INVALID_FILE', name, reason, remedy, undefined);
}

const remedy = 'Replace the mask, or take the image out.';

/** Width to height must agree, but for the rounding of one pixel in the smaller of the two. */
function checkShape(mask: Size, image: Size, name: string): void {
  const across = mask.width * image.height;
  const down = image.width * mask.height;
  const larger = mask.width < image.width ? image : mask;
  const onePixel = Math.max(larger.width, larger.height);
  if (Math.abs(across - down) <= onePixel) return;
  const reason =
    `it is ${mask.width}×${mask.height} pixels, which is not the shape of the image's ` +
    `${image.width}×${image.height}`;
  throw imageError('ERR_INVALID_FILE', name, reason, remedy, undefined);
}

/** What is wrong with a mask, told of its image: lists of problems go by images. */
function maskError(name: string, maskName: string, cause: unknown): unknown {
  if (!(cause instanceof RoentgenError)) return cause;
  const reason = `its mask ${maskName}: ${String(cause.details['reason'])}`;
  return imageError(cause.code, name, reason, remedy, cause);
}

/** Around all lung pixels. */
function boundsOf(lungs: Uint8Array, { width, height }: Size): Rectangle {
  const isLung = (row: number): boolean =>
    lungs.subarray(row * width, (row + 1) * width).includes(255);
  let [top, bottom] = [0, height - 1];
  while (!isLung(top)) top += 1;
  while (!isLung(bottom)) bottom -= 1;
  let [left, right] = [width - 1, 0];
  for (let row = top; row <= bottom; row += 1) {
    const pixels = lungs.subarray(row * width, (row + 1) * width);
    const first = pixels.indexOf(255);
    if (first < 0) continue;
    left = Math.min(left, first);
    right = Math.max(right, pixels.lastIndexOf(255));
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function widen(bounds: Rectangle, size: Size): Rectangle {
  const across = Math.round(margin * bounds.width);
  const down = Math.round(margin * bounds.height);
  const left = Math.max(0, bounds.left - across);
  const top = Math.max(0, bounds.top - down);
  const right = Math.min(size.width, bounds.left + bounds.width + across);
  const bottom = Math.min(size.height, bounds.top + bounds.height + down);
  return { left, top, width: right - left, height: bottom - top };
}

/** As `decodeImage` resizes; a pixel that is lung by half is lung. */
async function resize(
  lungs: Uint8Array,
  size: Size,
  rectangle: Rectangle | null,
  { width, height, fit }: ImageFormat,
): Promise<Uint8Array> {
  const whole = sharp(lungs, { raw: { ...size, channels: 1 } });
  const gray = await (rectangle ? whole.extract(rectangle) : whole)
    .resize({ width, height, fit, background: 'black' })
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer();
  return Uint8Array.from(gray, (value) => (value < threshold ? 0 : 1));
}
