/** What the Open Inference Protocol says of the server, of a model, and of its work. */
import type { PredictorStatistics } from '../../inference/index.js';
import { packageVersion } from '../../native/index.js';
import type { ModelMetadata, ModelStatistics, ServerMetadata } from './schemas.js';
import { inputsOf, outputsOf, type ModelTensors } from './tensors.js';

export const serverMetadata: ServerMetadata = {
  name: 'roentgen',
  version: packageVersion,
  extensions: ['classification', 'binary_tensor_data', 'parameters', 'statistics'],
};

/** @param versions all that the server has of the model */
export function modelMetadata(tensors: ModelTensors, versions: readonly string[]): ModelMetadata {
  return {
    name: tensors.name,
    versions: [...versions],
    platform: 'roentgen_libtorch',
    inputs: Object.values(inputsOf(tensors)),
    outputs: Object.values(outputsOf(tensors)),
  };
}

const nanoseconds = (milliseconds: number): number => Math.round(milliseconds * 1e6);

/** One entry of `model_stats`. */
export function modelStatistics(
  { name, version }: { name: string; version: string },
  work: PredictorStatistics,
): ModelStatistics['model_stats'][number] {
  const { answered, refused, aborted, failed, batches, queueMs, computeMs } = work;
  const duration = (ms: number) => ({ count: answered, ns: nanoseconds(ms) });
  return {
    name,
    version,
    inference_count: answered,
    execution_count: batches,
    inference_stats: {
      success: duration(queueMs + computeMs),
      fail: { count: refused + aborted + failed, ns: 0 },
      queue: duration(queueMs),
      compute_infer: duration(computeMs),
    },
  };
}
