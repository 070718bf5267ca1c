/** What a drawn network is trained with. */
import type { ModelSpec } from '../models/index.js';
import type { LossName, Normalization } from '../native/index.js';

/** Which loss trains it. */
export function lossOf({ task, output }: ModelSpec): LossName {
  if (task === 'reconstruction') return 'meanSquaredError';
  return output === 'sigmoid' ? 'binaryCrossEntropy' : 'crossEntropy';
}

/** Of images of noise. */
export function normalizationOf(channels: number): Normalization {
  const perChannel = (value: number): number[] => Array.from({ length: channels }, () => value);
  return { mean: perChannel(0.5), std: perChannel(0.25) };
}
