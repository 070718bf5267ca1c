/** The loss that an architecture is made for. */
import type { LossName } from '../native/index.js';
import type { ModelSpec } from './schema.js';

/** By what it puts out: an image, sigmoids or a softmax. */
export function lossOf({ task, output }: Pick<ModelSpec, 'task' | 'output'>): LossName {
  if (task === 'reconstruction') return 'meanSquaredError';
  return output === 'sigmoid' ? 'binaryCrossEntropy' : 'crossEntropy';
}
