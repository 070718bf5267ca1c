/** What crosses the boundary when a network is asked why: layers, maps, gradients, perturbed images. */
import type { Normalization, Precision } from './types.js';

/** A layer whose output can be asked for. */
export interface NamedLayer {
  /** `input`, a layer, a stage (`layer4`), a block (`layer4.1`) or a convolution in one (`layer4.1.conv2`). */
  name: string;
  /** Of its output for one image: [C, H, W], or [F]. */
  shape: number[];
  /** Whether it is a convolution. */
  convolution: boolean;
}

/** Which images go through the network, and how. */
export interface PassOptions {
  /** Positions in the dataset. */
  indices: Int32Array;
  batchSize: number;
  precision: Precision;
  normalization: Normalization;
}

export interface ActivationOptions extends PassOptions {
  /** Names as `Network.layers` gives them. */
  layers: readonly string[];
  /** Means over height and width in place of maps; outputs of one value per feature stay as they are. */
  pool: boolean;
}

/** Of one layer: row-major [N, ...shape]. */
export interface LayerValues {
  layer: string;
  shape: number[];
  values: Float32Array;
}

/**
 * How the channels of a layer become one map; each is a paper's, as pytorch-grad-cam computes it. Of eigenCam, whose
 * sign is arbitrary there, the map rises with the mean activation.
 */
export type CamMethod =
  'gradCam' | 'gradCamPlusPlus' | 'hiResCam' | 'layerCam' | 'scoreCam' | 'eigenCam';

/** `precision` is that of scoreCam and eigenCam; gradients are always computed in fp32. */
export interface CamOptions extends PassOptions {
  method: CamMethod;
  /** Names as `Network.layers` gives them, of layers with height and width. */
  layers: readonly string[];
  /**
   * [N] class of each image whose logit is explained; −1 for the one of the largest logit. A network with one output
   * has two classes, and the logit of class 0 is its output negated.
   */
  targets: Int32Array;
}

export interface CamMaps {
  /** Before ReLU and at the layer's own size, one after another for each layer asked for: [N, h, w]. */
  maps: LayerValues[];
  /** [N, outputs]. */
  logits: Float32Array;
}

export type GradientMethod = 'gradient' | 'smoothGrad' | 'integratedGradients';

/** Gradients are computed in fp32 whatever `precision` says. */
export interface GradientOptions extends PassOptions {
  method: GradientMethod;
  /** As in `CamOptions`. */
  targets: Int32Array;
  /** Noisy copies of smoothGrad, or points on the path of integratedGradients (midpoint rule). */
  samples: number;
  /** Standard deviation of smoothGrad's noise as a share of the image's own range of normalized values. */
  noise: number;
  /** Of the noise; an image's noise depends on (seed, its position in the dataset) alone. */
  seed: number;
  /** What integratedGradients starts from: one value in [0, 1] for all pixels, normalized as the image is. */
  baseline: number;
}

export interface Gradients {
  /** d logit / d normalized pixel, averaged; for integratedGradients times the pixel's way. [N, C, H, W]. */
  values: Float32Array;
  /** [N, outputs]. */
  logits: Float32Array;
  /** Of integratedGradients: [N] logit of the target for the baseline; empty for the others. */
  baselineLogits: Float32Array;
}

/** One image in many variations: parts of it replaced. */
export interface PerturbOptions {
  /** Position in the dataset. */
  index: number;
  /** [H, W] part that each pixel belongs to, from 0 on. */
  segments: Int32Array;
  /** [M, parts], parts being the largest segment and one: 1 where a variation shows a part of the image, 0 where it shows `fill`. */
  masks: Uint8Array;
  /** [C, H, W] what stands in for hidden parts, as stored images are. */
  fill: Uint8Array;
  batchSize: number;
  precision: Precision;
  normalization: Normalization;
}

export type NeighborMetric = 'euclidean' | 'cosine';

/** Vectors as rows, one after another. */
export interface Rows {
  values: Float32Array;
  /** Of one row. */
  features: number;
}

/** Of each query its nearest references, the nearest first; of equal ones the earlier. */
export interface Neighbors {
  /** [M, k] rows of the references. */
  indices: Int32Array;
  /** [M, k] Euclidean distance, or 1 − cosine similarity. */
  distances: Float32Array;
}

/** The directions in which rows vary most. */
export interface PrincipalComponents {
  /** [F] of all rows. */
  mean: Float32Array;
  /** [count, F] of length 1, the largest variance first; of each the entry farthest from 0 is positive. */
  components: Float32Array;
  /** [count] share of the whole variance. */
  explained: Float32Array;
}
