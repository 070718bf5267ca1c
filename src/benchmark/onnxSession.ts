/** A session of onnxruntime-node: apart from what finds it, as whoever measures its start must not load more. */
import { createRequire } from 'node:module';
import type * as onnx from 'onnxruntime-web';

export interface OnnxSettings {
  /** Folder of the package. */
  onnxruntime: string;
  /** The ONNX file. */
  model: string;
  threads: number;
}

/** Raw outputs of normalized images, row-major [N, outputs]. */
export type RunOnnx = (images: readonly Float32Array[]) => Promise<Float32Array>;

/** A session on the CPU with all optimizations. `shape` is that of one image. */
export async function openOnnx(
  { onnxruntime, model, threads }: OnnxSettings,
  [channels, height, width]: readonly [channels: number, height: number, width: number],
): Promise<RunOnnx> {
  const { InferenceSession, Tensor } = createRequire(__filename)(onnxruntime) as typeof onnx;
  const session = await InferenceSession.create(model, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  const size = channels * height * width;
  return async (images) => {
    const values = new Float32Array(images.length * size);
    images.forEach((image, at) => values.set(image, at * size));
    const input = new Tensor('float32', values, [images.length, channels, height, width]);
    const { logits } = await session.run({ input });
    return logits?.data as Float32Array;
  };
}
