/** What a drawn network is trained with. */
import type { Normalization } from '../native/index.js';

/** Of images of noise. */
export function normalizationOf(channels: number): Normalization {
  const perChannel = (value: number): number[] => Array.from({ length: channels }, () => value);
  return { mean: perChannel(0.5), std: perChannel(0.25) };
}
