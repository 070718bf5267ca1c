/** Whether a map holds evidence at all: scaling to [0, 1] would make rounding errors as red as a finding. */
import type { MapUnit } from '../methods.js';

/**
 * A thousandth: a color scale of 256 shades shows no less, and half-precision arithmetic, with its 8 bits, moves logits
 * by more.
 */
export const negligible = 1e-3;

export interface EvidenceContext {
  unit: MapUnit;
  /** Largest absolute logit of the image. */
  largestLogit: number;
}

/**
 * Whether a raw map has positive values that are more than `negligible`: beside its negative ones and, where its numbers
 * are parts of the logit or changes of it, beside the largest logit. Parts count together, since on a large map each
 * is small; changes one by one, since each is an experiment. Changes of the probability stand beside 1.
 */
export function findEvidence(
  values: Float32Array,
  { unit, largestLogit }: EvidenceContext,
): boolean {
  let [maximum, largest, total] = [0, 0, 0];
  for (const value of values) {
    maximum = Math.max(maximum, value);
    largest = Math.max(largest, Math.abs(value));
    total += Math.max(0, value);
  }
  // Also where both are 0, or not numbers.
  if (!(maximum > negligible * largest)) return false;
  if (unit === 'activation') return true;
  if (unit === 'change of the probability') return maximum > negligible;
  return (unit === 'change of the logit' ? maximum : total) > negligible * largestLogit;
}
