/** What crosses the boundary to the addon: plain values only, validated again on the other side. */

export type Precision = 'fp32' | 'bf16';
export type Device = 'cpu' | 'cuda';
export type LossName = 'crossEntropy' | 'binaryCrossEntropy' | 'meanSquaredError';
export type OptimizerName = 'adam' | 'adamw' | 'sgd';

/** Images as stored: [N, C, H, W] uint8. */
export type Shape4 = readonly [count: number, channels: number, height: number, width: number];

/** Per-channel normalization of pixels scaled to [0, 1]: (x − mean) / std. One number serves all channels. */
export interface Normalization {
  mean: readonly number[];
  std: readonly number[];
}

/** What a network is built for; `outputs` is the width of the last layer. */
export interface NetworkShape {
  outputs: number;
  channels: number;
  height: number;
  width: number;
}

/** One row of the layer table. `shape` is the output's, without the batch dimension. */
export interface LayerRow {
  name: string;
  kind: string;
  shape: number[];
  parameters: number;
  trainable: number;
  macs: number;
}

/** A network as Keras counts it: batch-norm's moving statistics are parameters that are not trainable. */
export interface NetworkSummary {
  layers: LayerRow[];
  trainable: number;
  nonTrainable: number;
  total: number;
  macs: number;
}

export interface TrainerConfig {
  loss: LossName;
  optimizer: OptimizerName;
  /** L2 penalty (adam, sgd) or decoupled decay (adamw), per step. */
  weightDecay: number;
  /** SGD momentum. */
  momentum: number;
  /** Adam's exponential decay rates. */
  betas: readonly [number, number];
  /** Added to Adam's denominator. */
  epsilon: number;
  precision: Precision;
  device: Device;
  normalization: Normalization;
  /** Seeds shuffling and dropout. */
  seed: number;
}

export interface EpochOptions {
  /** Positions in the dataset, each visited once per epoch. */
  indices: Int32Array;
  /** Class of each entry of `indices`; empty for reconstruction. */
  labels: Int32Array;
  /** 0-based; part of the shuffling seed. */
  epoch: number;
  batchSize: number;
  learningRate: number;
}

export interface EpochProgress {
  step: number;
  steps: number;
  samples: number;
  /** Mean loss so far in this epoch. */
  loss: number;
  elapsedSeconds: number;
}

export interface EpochStatistics {
  loss: number;
  /** Share of right answers on the training batches as they were seen; NaN for reconstruction. */
  accuracy: number;
  samples: number;
  steps: number;
  seconds: number;
}

export interface EvaluationOptions {
  indices: Int32Array;
  /** Empty when unknown: then no loss is computed (NaN). */
  labels: Int32Array;
  batchSize: number;
  loss: LossName;
  precision: Precision;
  normalization: Normalization;
}

export interface Outputs {
  /** Row-major [N, outputs]; for reconstruction [N, 1], each image's mean squared error. */
  values: Float32Array;
  outputs: number;
  /** Mean loss, NaN without labels. */
  loss: number;
  seconds: number;
}

export interface SystemInfo {
  torchVersion: string;
  torchVersionBuilt: string;
  threads: number;
  cuda: { available: boolean; devices: string[] };
  cpu: { avx2: boolean; avx512: boolean; avx512bf16: boolean; amxBf16: boolean };
  /** The precision that `auto` stands for on this machine's CPU. */
  autoPrecision: Precision;
}
