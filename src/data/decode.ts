/** How an image file of any kind becomes one tensor of fixed size. */
import { readFile } from 'node:fs';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { RoentgenError, invalidArgument, type ErrorCode } from '../native/index.js';
import { luma } from './pixels.js';
import { checkRepairs, repairImage } from './repair/index.js';
import { fits, type ImageFormat } from './types.js';

/** Pixels an image may have: five times a 43 cm detector at 0.1 mm, a quarter of a 20,000² bomb. */
export const defaultPixelLimit = 100_000_000;

/** Wider than any network's input; keeps a slip of the keyboard from asking for terabytes. */
const maximumSide = 16_384;

export interface DecodeOptions {
  /** Images of more pixels (width × height, as the header says) are refused. Default 100,000,000. */
  pixelLimit?: number;
  /** What error messages call the image; by default its path, or 'image' for bytes. */
  name?: string;
}

/**
 * Decodes a file, or the bytes of one, to uint8 [C, H, W] (planar, C·H·W bytes).
 *
 * - The pixel values are those in the file: embedded color profiles are ignored, as PIL and OpenCV do.
 * - One channel from a color image is Rec. 601 luma in PIL's integer arithmetic, so three equal channels give
 *   exactly their value; three channels from a gray image are that image three times.
 * - 16-bit samples are scaled (65535 → 255), transparency is laid on black, EXIF orientation is applied, CMYK is
 *   converted, and of an animation or multi-page file the first page counts.
 * - Resizing is Lanczos 3 after the codec's own reduction by a power of two (JPEG and WebP shrink on load, 1.6
 *   times as fast); an image that has the size already is not resampled.
 * - Repairs work on the image before it is resized, decoded whole and halved while it has more than 2,000,000 pixels;
 *   padding stays black. What they do is read off the luminance and done to each channel.
 *
 * @throws RoentgenError ERR_INVALID_ARGUMENT; ERR_NOT_FOUND; ERR_UNREADABLE_IMAGE for what is unreadable, damaged,
 * truncated or no image; ERR_IMAGE_TOO_LARGE
 */
export async function decodeImage(
  file: string | Uint8Array,
  format: ImageFormat,
  options: DecodeOptions = {},
): Promise<Buffer> {
  const { channels, height, width, fit } = checkFormat(format);
  const pixelLimit = checkPixelLimit(options.pixelLimit);
  const name = options.name ?? (typeof file === 'string' ? file : 'image');
  const bytes = typeof file === 'string' ? await readImageFile(file, name) : file;
  // sharp's constructor throws for an empty buffer; within the promise both ways of failing are one.
  const rgb = await Promise.resolve()
    .then(async () => {
      const opened = sharp(bytes, {
        limitInputPixels: pixelLimit,
        ignoreIcc: true,
        autoOrient: true,
      }).flatten(isJpeg(bytes) ? false : { background: 'black' });
      const whole = format.repairs?.length ? await repairImage(opened, format) : opened;
      return whole
        .resize({ width, height, fit, background: 'black' })
        .toColourspace('srgb')
        .raw({ depth: 'uchar' })
        .toBuffer();
    })
    .catch((cause: unknown) => {
      throw decodeError(name, cause, pixelLimit);
    });
  return channels === 1 ? luma(rgb) : planar(rgb);
}

/** node:fs/promises wraps each of its four calls in objects of its own: 0.4 ms a file against 0.1. */
const readWhole = promisify(readFile);

/** The bytes of an image file, or an error that says why not. `name` is what messages call it. */
export async function readImageFile(path: string, name: string): Promise<Buffer> {
  try {
    return await readWhole(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw imageError('ERR_NOT_FOUND', name, 'no such file', 'Check the path.', cause);
    }
    const reason = `cannot be read: ${reasonOf(cause)}`;
    throw imageError(
      'ERR_UNREADABLE_IMAGE',
      name,
      reason,
      'Check the file and its permissions.',
      cause,
    );
  }
}

/** @throws RoentgenError ERR_INVALID_ARGUMENT that names the field */
export function checkFormat(format: ImageFormat): ImageFormat {
  const { channels, height, width, fit } = format;
  if (![1, 3].includes(channels)) throw invalidArgument('channels', '1 or 3', channels);
  for (const [name, side] of Object.entries({ height, width })) {
    if (!Number.isInteger(side) || side < 1 || side > maximumSide) {
      throw invalidArgument(name, `an integer between 1 and ${maximumSide}`, side);
    }
  }
  if (!fits.includes(fit)) throw invalidArgument('fit', `one of ${fits.join(', ')}`, fit);
  checkRepairs(format.repairs ?? []);
  return format;
}

/** @throws RoentgenError ERR_INVALID_ARGUMENT */
export function checkPixelLimit(pixelLimit = defaultPixelLimit): number {
  if (!Number.isSafeInteger(pixelLimit) || pixelLimit < 1) {
    throw invalidArgument('pixelLimit', 'a positive integer', pixelLimit);
  }
  return pixelLimit;
}

function decodeError(name: string, cause: unknown, pixelLimit: number): RoentgenError {
  const reason = reasonOf(cause);
  return reason.includes('exceeds pixel limit')
    ? imageError(
        'ERR_IMAGE_TOO_LARGE',
        name,
        `has more than ${pixelLimit} pixels`,
        'Shrink it, or raise pixelLimit if you trust the file.',
        cause,
      )
    : imageError(
        'ERR_UNREADABLE_IMAGE',
        name,
        `cannot be decoded: ${reason}`,
        'Replace the file or take it out.',
        cause,
      );
}

/** `details.reason` is the message without name and remedy, for lists of many files. */
function imageError(
  code: ErrorCode,
  name: string,
  reason: string,
  remedy: string,
  cause: unknown,
): RoentgenError {
  const details = { file: name, reason };
  return new RoentgenError(code, `${name}: ${reason}. ${remedy}`, { details, cause });
}

/** sharp puts each of libvips's complaints on a line of its own; the first says what happened. */
function reasonOf(cause: unknown): string {
  const [first = ''] = String(cause instanceof Error ? cause.message : cause).split('\n');
  return first.trim().replace(/\.$/, '');
}

/** No JPEG is transparent, and flattening an opaque image costs a tenth of decoding it. */
function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

/** [H, W, 3] → [3, H, W]. */
function planar(rgb: Buffer): Buffer {
  const plane = rgb.length / 3;
  const planes = Buffer.allocUnsafe(rgb.length);
  for (let pixel = 0, at = 0; pixel < plane; pixel += 1, at += 3) {
    planes[pixel] = rgb[at] ?? 0;
    planes[plane + pixel] = rgb[at + 1] ?? 0;
    planes[2 * plane + pixel] = rgb[at + 2] ?? 0;
  }
  return planes;
}
