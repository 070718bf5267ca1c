/** What a method is given, and what it gives back. */
import type { Model } from '../../inference/index.js';
import type { Dataset, Precision } from '../../native/index.js';
import type { MapPart } from '../maps/readMap.js';
import type { ResolvedSettings } from '../settings.js';

/** Decoded images, and the classes to explain. */
export interface Batch {
  model: Model;
  /** In the model's format. */
  dataset: Dataset;
  /** [N] positions in the dataset. */
  indices: Int32Array;
  /** [N] class of each image. */
  targets: Int32Array;
  /** [N] logit of that class, as `targetLogit` reads it. */
  logits: Float64Array;
  settings: ResolvedSettings;
  precision: Precision;
  signal?: AbortSignal | undefined;
}

/** What a method found for one image. */
export interface RawMap {
  /** One, or one for each layer, whose maps become one together. */
  parts: readonly MapPart[];
  /** See `Explanation`. */
  completenessError?: number;
  /** See `Explanation`. */
  fit?: number;
}

/** One result per image; of `activations` several, one for each convolution. */
export type Computer = (batch: Batch) => Promise<RawMap[][]>;

/**
 * The logit of a class among an image's outputs. One output stands for two classes: it speaks for the second and, with
 * the other sign, for the first, as pytorch-grad-cam's `BinaryClassifierOutputTarget` has it.
 */
export function targetLogit(outputs: ArrayLike<number>, target: number): number {
  if (outputs.length > 1) return outputs[target] ?? 0;
  return (outputs[0] ?? 0) * (target === 1 ? 1 : -1);
}
