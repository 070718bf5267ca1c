/** Decoding many images at once into one array, with the ones that failed told apart. */
import { basename } from 'node:path';
import { throwIfAborted } from '../native/index.js';
import { mapConcurrently } from './concurrency.js';
import { decodeImage, type DecodeOptions } from './decode.js';
import { toProblem } from './imageFile.js';
import type { ImageFormat, ImageInput, Problem } from './types.js';

export interface NamedImage {
  image: ImageInput;
  /** What results and problems call it. */
  name: string;
  /** Its lung mask, which a format that takes the lungs alone needs. */
  mask?: string | Uint8Array | undefined;
}

export interface DecodedImages {
  /** uint8 [kept, C, H, W]. */
  pixels: Uint8Array;
  /** Positions in the input, ascending. */
  kept: number[];
  problems: Problem[];
}

export interface DecodeImagesOptions extends Pick<DecodeOptions, 'pixelLimit' | 'signal'> {
  /** Images decoded at once; default 3. */
  workers?: number | undefined;
}

/**
 * Decodes images, a few at once.
 * @throws RoentgenError ABORT_ERR; ERR_INVALID_ARGUMENT for a wrong format
 */
export async function decodeImages(
  images: readonly NamedImage[],
  format: ImageFormat,
  { workers = 3, pixelLimit, signal }: DecodeImagesOptions = {},
): Promise<DecodedImages> {
  const results = await mapConcurrently(images, workers, async ({ image, name, mask }) => {
    throwIfAborted(signal);
    return decodeImage(image, format, { name, mask, pixelLimit, signal }).catch((error: unknown) =>
      toProblem(name, error),
    );
  });
  const kept: number[] = [];
  const buffers: Buffer[] = [];
  const problems: Problem[] = [];
  results.forEach((result, position) => {
    if (Buffer.isBuffer(result)) {
      kept.push(position);
      buffers.push(result);
    } else {
      problems.push(result);
    }
  });
  return { pixels: Buffer.concat(buffers), kept, problems };
}

/** Names for images that may have none: a path's last part, or the position. */
export function nameOf(image: ImageInput, position: number): string {
  return typeof image === 'string' ? basename(image) : `image ${position + 1}`;
}
