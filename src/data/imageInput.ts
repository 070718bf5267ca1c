/** What an image may be given as: a file, its bytes, a stream of them, or pixels. */
import { addAbortSignal, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { invalidArgument, throwIfAborted } from '../native/index.js';
import { imageError, readImageFile, reasonOf } from './imageFile.js';
import type { ImageInput, LoadedImage, RawImage } from './types.js';

/** Bytes that a stream may bring: more than a 16-bit image of the default pixel limit has. */
const streamLimit = 256 * 2 ** 20;

/**
 * Reads what is not in memory yet. A stream is read to its end, or destroyed.
 * @param name what error messages call it
 * @throws RoentgenError ERR_INVALID_ARGUMENT for pixels that are not as many as their size says; ERR_NOT_FOUND,
 * ERR_UNREADABLE_IMAGE, ERR_IMAGE_TOO_LARGE; ABORT_ERR
 */
export async function loadImage(
  image: ImageInput,
  name: string,
  signal?: AbortSignal,
): Promise<LoadedImage> {
  if (typeof image === 'string') return readImageFile(image, name);
  if (image instanceof Uint8Array) return image;
  if ('pixels' in image) return checkPixels(image, name);
  return readStream(image, name, signal);
}

/** Destroys a stream that will not be read to its end; nothing for other images. */
export function discardImage(image: ImageInput): void {
  if (image instanceof Readable) image.destroy();
  else if (image instanceof ReadableStream && !image.locked) void image.cancel();
}

async function readStream(
  stream: Readable | ReadableStream<Uint8Array>,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const readable = stream instanceof Readable ? stream : Readable.fromWeb(stream);
  if (signal) addAbortSignal(signal, readable);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of readable as AsyncIterable<unknown>) {
      if (!(chunk instanceof Uint8Array)) throw new Error(`it gives ${typeof chunk}s, not bytes`);
      chunks.push(chunk);
      length += chunk.length;
      if (length > streamLimit) break;
    }
  } catch (cause) {
    throwIfAborted(signal);
    const reason = `cannot be read: ${reasonOf(cause)}`;
    throw imageError('ERR_UNREADABLE_IMAGE', name, reason, 'Send it again.', cause);
  }
  throwIfAborted(signal);
  if (length <= streamLimit) return Buffer.concat(chunks, length);
  const reason = `has more than ${streamLimit} bytes`;
  throw imageError('ERR_IMAGE_TOO_LARGE', name, reason, 'Send a smaller file.', undefined);
}

function checkPixels(image: RawImage, name: string): LoadedImage {
  const { pixels, width, height, channels } = image;
  for (const [side, value] of Object.entries({ width, height })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw invalidArgument(side, `a positive integer for ${name}`, value);
  }
  if (![1, 2, 3, 4].includes(channels)) {
    throw invalidArgument('channels', `1, 2, 3 or 4 for ${name}`, channels);
  }
  const expected = width * height * channels;
  if (pixels.length !== expected) {
    throw invalidArgument('pixels', `${expected} values for ${name}`, pixels.length);
  }
  return { ...image, pixels: pixels instanceof Float32Array ? toBytes(pixels, name) : pixels };
}

/** Networks are given bytes in the end; rounding them here keeps an image that was bytes before what it was. */
function toBytes(values: Float32Array, name: string): Uint8Array {
  const foreign = values.find((value) => !(value >= 0 && value <= 1));
  if (foreign !== undefined) {
    const reason = `has a pixel of ${foreign}, outside of 0 … 1`;
    throw imageError('ERR_UNREADABLE_IMAGE', name, reason, 'Scale floats to 0 … 1.', undefined);
  }
  return Uint8Array.from(values, (value) => Math.round(255 * value));
}
