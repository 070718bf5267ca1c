/** An image file before its pixels count: its bytes, how they are opened, and what may be wrong with them. */
import { readFile } from 'node:fs';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { RoentgenError, invalidArgument, type ErrorCode } from '../native/index.js';

/** Pixels an image may have: five times a 43 cm detector at 0.1 mm, a quarter of a 20,000² bomb. */
export const defaultPixelLimit = 100_000_000;

/** @throws RoentgenError ERR_INVALID_ARGUMENT */
export function checkPixelLimit(pixelLimit = defaultPixelLimit): number {
  if (!Number.isSafeInteger(pixelLimit) || pixelLimit < 1) {
    throw invalidArgument('pixelLimit', 'a positive integer', pixelLimit);
  }
  return pixelLimit;
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

/**
 * The image as its file means it: color profiles are ignored, EXIF orientation is applied, transparency is laid on
 * black. Nothing is decoded before the pixels are asked for.
 */
export function openImage(bytes: Uint8Array, pixelLimit: number): sharp.Sharp {
  return sharp(bytes, { limitInputPixels: pixelLimit, ignoreIcc: true, autoOrient: true }).flatten(
    isJpeg(bytes) ? false : { background: 'black' },
  );
}

/** What sharp failed with, as our error. */
export function decodeError(name: string, cause: unknown, pixelLimit: number): RoentgenError {
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
export function imageError(
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
