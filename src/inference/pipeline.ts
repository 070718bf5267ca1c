/** Images answered in order, the one decoded while the other is computed. */
import { setMaxListeners } from 'node:events';
import {
  decodeImage,
  discardImage,
  limiter,
  mapConcurrently,
  toProblem,
  type ImageFormat,
  type NamedImage,
  type Problem,
} from '../data/index.js';
import { throwIfAborted } from '../native/index.js';

export interface PipelineOptions {
  format: ImageFormat;
  /** Images decoded at once. */
  decoders: number;
  /** Images that are decoded, and not yet answered, at most. */
  ahead: number;
  pixelLimit?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface PipelineResult<Result> {
  /** In the images' order, without those that could not be read. */
  results: Result[];
  problems: Problem[];
}

/**
 * @param compute gets the image's pixels, uint8 [C, H, W]; its first failure aborts what is under way
 * @param onProblem called as soon as an image turns out to be unreadable
 * @throws RoentgenError ABORT_ERR; ERR_INVALID_ARGUMENT as `decodeImage`; whatever `compute` throws. Streams are destroyed then.
 */
export async function runPipeline<Result>(
  images: readonly NamedImage[],
  { format, decoders, ahead, pixelLimit, signal }: PipelineOptions,
  compute: (pixels: Uint8Array, name: string, signal: AbortSignal) => Promise<Result>,
  onProblem: () => void,
): Promise<PipelineResult<Result>> {
  throwIfAborted(signal);
  const stop = new AbortController();
  // Each image that waits listens to it.
  setMaxListeners(0, stop.signal);
  // AbortSignal.any would do it, but in Node 20 it never lets go of what listens to a signal that outlives the call.
  const onAbort = (): void => {
    stop.abort(signal?.reason);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  const atDecoder = limiter(decoders);
  const work = async ({ image, name, mask }: NamedImage): Promise<Outcome<Result>> => {
    const options = { name, mask, pixelLimit, signal: stop.signal };
    const pixels = await atDecoder(async () => {
      throwIfAborted(stop.signal);
      return decodeImage(image, format, options).catch((error: unknown) => toProblem(name, error));
    });
    if (Buffer.isBuffer(pixels)) return { result: await compute(pixels, name, stop.signal) };
    onProblem();
    return { problem: pixels };
  };
  try {
    const outcomes = await mapConcurrently(images, decoders + ahead, work);
    return {
      results: outcomes.flatMap((outcome) => ('result' in outcome ? [outcome.result] : [])),
      problems: outcomes.flatMap((outcome) => ('problem' in outcome ? [outcome.problem] : [])),
    };
  } catch (error) {
    stop.abort();
    for (const { image } of images) discardImage(image);
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

type Outcome<Result> = { result: Result } | { problem: Problem };
