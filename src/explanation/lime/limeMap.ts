/** A LIME explanation as a map: each superpixel painted with its weight, or the ones that count most. */
import { invalidArgument } from '../../native/index.js';
import type { LimeExplanation } from './lime.js';

/** Weights [H, W], signed: above 0 where a superpixel speaks for the class; 0 where it is not in the model. */
export function limeMap({ weights, superpixels }: LimeExplanation): Float32Array {
  const byLabel = new Float32Array(superpixels.count);
  for (const { superpixel, weight } of weights) byLabel[superpixel] = weight;
  return Float32Array.from(superpixels.labels, (label) => byLabel[label] ?? 0);
}

/** Which superpixels a mask shows. */
export interface LimeMaskOptions {
  /** Whether superpixels for the class or against it are wanted. Default `positive`. */
  sign?: 'positive' | 'negative' | undefined;
  /** How many superpixels at most, those of the largest absolute weights. Default 5. */
  features?: number | undefined;
  /** Absolute weight that a superpixel must exceed. Default 0. */
  minWeight?: number | undefined;
}

/**
 * 1 in the superpixels that count most, 0 elsewhere, [H, W]: lime's `get_image_and_mask`.
 * @throws RoentgenError ERR_INVALID_ARGUMENT
 */
export function limeMask(
  { weights, superpixels }: LimeExplanation,
  { sign = 'positive', features = 5, minWeight = 0 }: LimeMaskOptions = {},
): Uint8Array {
  if (!Number.isInteger(features) || features < 1) {
    throw invalidArgument('features', 'a positive integer', features);
  }
  const direction = sign === 'positive' ? 1 : -1;
  const strongest = weights.filter(({ weight }) => direction * weight > Math.max(0, minWeight));
  const shown = new Set(strongest.slice(0, features).map(({ superpixel }) => superpixel));
  return Uint8Array.from(superpixels.labels, (label) => (shown.has(label) ? 1 : 0));
}
