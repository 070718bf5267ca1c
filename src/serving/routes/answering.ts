/** Images of one request through a model: decoded in its format, and answered. */
import { decodeImage, limiter, toProblem, type Problem } from '../../data/index.js';
import type { TensorAnswer, TensorOptions } from '../../inference/index.js';
import type { ServedModel } from '../registry/types.js';
import type { UploadedFile } from './bodies.js';

export interface FileAnswers {
  /** In the files' order; for one that cannot be read what is wrong with it. */
  results: (TensorAnswer | Problem)[];
  /** Milliseconds of decoding, all files together. */
  inputMs: number;
}

export interface AskOptions extends Required<Pick<TensorOptions, 'raw' | 'signal'>> {
  /** Larger images are problems. */
  pixelLimit: number;
}

/** Of one request at once: more would only keep others waiting. */
const decoders = 3;

/**
 * The request is accepted whole or refused.
 * @throws RoentgenError ERR_OVERLOADED; ERR_INVALID_ARGUMENT, ERR_DISPOSED, ABORT_ERR
 */
export async function answerFiles(
  { model }: ServedModel,
  files: readonly UploadedFile[],
  { pixelLimit, raw, signal }: AskOptions,
): Promise<FileAnswers> {
  using places = model.admit(files.length);
  const atDecoder = limiter(decoders);
  let inputMs = 0;
  const answer = async ({ name, bytes }: UploadedFile): Promise<TensorAnswer | Problem> => {
    const decoded = await atDecoder(async () => {
      const started = performance.now();
      const decoding = { name, pixelLimit, signal };
      const pixels = await decodeImage(bytes, model.format, decoding).catch((error: unknown) =>
        toProblem(name, error),
      );
      inputMs += performance.now() - started;
      return pixels;
    });
    if (Buffer.isBuffer(decoded)) return model.predictTensor(decoded, { raw, signal, places });
    places.release(1);
    return decoded;
  };
  return { results: await Promise.all(files.map(answer)), inputMs };
}

/**
 * Tensors in the model's format: uint8 pixels or normalized float32, [C, H, W].
 * @throws as `answerFiles`
 */
export async function answerTensors(
  { model }: ServedModel,
  images: readonly (Uint8Array | Float32Array)[],
  { raw, signal }: Pick<AskOptions, 'raw' | 'signal'>,
): Promise<TensorAnswer[]> {
  using places = model.admit(images.length);
  return await Promise.all(
    images.map(async (image) => model.predictTensor(image, { raw, signal, places })),
  );
}
