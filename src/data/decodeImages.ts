/** Decoding many images at once into one array, with the ones that failed told apart. */
import { basename } from 'node:path';
import { isAbort, RoentgenError, throwIfAborted } from '../native/index.js';
import { mapConcurrently } from './concurrency.js';
import { decodeImage } from './decode.js';
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

/**
 * Decodes images, at most `workers` at once (default 3).
 * @throws RoentgenError ABORT_ERR; ERR_INVALID_ARGUMENT for a wrong format
 */
export async function decodeImages(
  images: readonly NamedImage[],
  format: ImageFormat,
  options: { workers?: number | undefined; signal?: AbortSignal | undefined } = {},
): Promise<DecodedImages> {
  const results = await mapConcurrently(
    images,
    options.workers ?? 3,
    async ({ image, name, mask }) => {
      throwIfAborted(options.signal);
      return decodeImage(image, format, { name, mask, signal: options.signal }).catch(
        (error: unknown) => toProblem(name, error),
      );
    },
  );
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

/** What was wrong with an image, for lists of problems; throws what was wrong with the call, or an abort. */
export function toProblem(name: string, error: unknown): Problem {
  const known = error instanceof RoentgenError && !isAbort(error);
  if (!known || error.code === 'ERR_INVALID_ARGUMENT') throw error;
  return { file: name, code: error.code, message: error.message };
}

/** Names for images that may have none: a path's last part, or the position. */
export function nameOf(image: ImageInput, position: number): string {
  return typeof image === 'string' ? basename(image) : `image ${position + 1}`;
}
