/** The words of embeddings: vectors of images, and which of them are near each other. */
import type { Split } from '../data/index.js';

/** One vector for each image, and what is known of the images. */
export interface Embeddings {
  /** Name of the layer that puts the vectors out. */
  layer: string;
  /** Length of a vector. */
  features: number;
  /** Row-major [N, features]. */
  values: Float32Array;
  /** In the order of the network's outputs. */
  classes: readonly string[];
  /** [N] each file's path, relative to its source's root. */
  names: readonly string[];
  /** [N] positions in `classes`, −1 where the class is unknown. */
  labels: Int32Array;
  /** [N] patients. */
  groups: readonly string[];
  /** [N] null where the images have no splits. */
  splits: readonly (Split | null)[];
}

/** Of some rows the `k` nearest each, the nearest first. */
export interface NearestRows {
  k: number;
  /** [M, k] rows. */
  indices: Int32Array;
  /** [M, k]. */
  distances: Float32Array | Float64Array;
}
