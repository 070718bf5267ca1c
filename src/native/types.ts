/** What crosses the boundary to the addon: plain values only, validated again on the other side. */

export type Precision = 'fp32' | 'bf16';
export type Device = 'cpu' | 'cuda';
export type LossName = 'crossEntropy' | 'binaryCrossEntropy' | 'meanSquaredError';
export type OptimizerName = 'adam' | 'adamw' | 'sgd' | 'rmsprop' | 'lion';

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

export interface LossOptions {
  kind: LossName;
  /** One factor above 0 per class; empty for none. */
  classWeights: readonly number[];
  /** Share of the target that is spread over all classes, or over both answers of a sigmoid: [0, 1). */
  smoothing: number;
  /** γ of the focal loss; 0 is the plain loss. */
  focalGamma: number;
  /** Factor of the positive terms of binaryCrossEntropy; 1 is none. */
  positiveWeight: number;
  /** Added to the logits in training, one per class; empty for none. crossEntropy only. */
  logitAdjustment: readonly number[];
}

export interface OptimizerOptions {
  algorithm: OptimizerName;
  /** L2 penalty (adam, sgd, rmsprop) or decoupled decay (adamw, lion), per step. */
  weightDecay: number;
  /** Whether biases and the parameters of norms decay too. */
  decayAll: boolean;
  /** Factor of the learning rate from one layer to the one before it; 1 is none. */
  layerDecay: number;
  /** Names of the layers that `backboneRate` leaves out. */
  head: readonly string[];
  /** Factor of the learning rate of all other layers; 1 is none. */
  backboneRate: number;
  /** Largest norm of all gradients together; 0 is none. */
  clipNorm: number;
  /** Of sgd and rmsprop: [0, 1). */
  momentum: number;
  /** Of sgd. */
  nesterov: boolean;
  /** Exponential decay rates of adam, adamw and lion. */
  betas: readonly [number, number];
  /** Of rmsprop: the share of the mean square that a step keeps. */
  alpha: number;
  /** Added to the denominator of adam, adamw and rmsprop. */
  epsilon: number;
}

/** What may happen to a training image, on values in [0, 1] before they are normalized. */
export interface Augmentation {
  /** Degrees: drawn from ±rotation. */
  rotation: number;
  /** Factor drawn from 1 ± zoom. */
  zoom: number;
  /** Share of each side: drawn from ±translation. */
  translation: number;
  /** Degrees along x: drawn from ±shear. */
  shear: number;
  /** Least share of the area that a random resized crop keeps: 0.8 … 1, and 1 is no crop. */
  cropScale: number;
  /** Probabilities. */
  horizontalFlip: number;
  verticalFlip: number;
  /** What lies outside the image. */
  fill: 'black' | 'border';
  /** Factors drawn from 1 ± value. */
  brightness: number;
  contrast: number;
  /** Exponent drawn from 1/(1 + gamma) … 1 + gamma, evenly on a logarithmic scale. */
  gamma: number;
  /** Pixels: a Gaussian of a standard deviation from 0 … blur. */
  blur: number;
  /** Standard deviation of Gaussian noise, drawn from 0 … noise, where white is 1. */
  noise: number;
  /** Probability that a rectangle is replaced by the mean. */
  erasing: number;
  /** α of Beta(α, α), of which a second image's share is drawn; 0 is none. Labels are shared alike. */
  mixup: number;
  /** α of Beta(α, α), of which the share of a pasted rectangle is drawn; 0 is none. */
  cutmix: number;
}

/** Which images to change, and how a training run with this seed changes them in this epoch. */
export interface PreviewOptions {
  /** Positions in the dataset. */
  indices: Int32Array;
  augmentation: Augmentation;
  /** What erased rectangles become, per channel, in [0, 1]. */
  mean: readonly number[];
  seed: number;
  /** 0-based. */
  epoch: number;
}

/** What is left out of `loss` and `augmentation` is neutral, of `optimizer` PyTorch's default. */
export interface TrainerConfig {
  loss: Partial<LossOptions> & Pick<LossOptions, 'kind'>;
  optimizer: Partial<OptimizerOptions> & Pick<OptimizerOptions, 'algorithm'>;
  augmentation?: Partial<Augmentation>;
  /** Batches whose gradients make one update. Default 1. */
  accumulation?: number;
  /** Of the moving average of the weights, [0, 1); default 0 is none. */
  averageDecay?: number;
  precision: Precision;
  device: Device;
  normalization: Normalization;
  /** Seeds shuffling, augmentation and dropout. */
  seed: number;
}

/** Where the processes of a group meet, and which of them this one is. */
export interface GroupOptions {
  /** Host where the processes find each other. */
  address: string;
  port: number;
  /** From 0; the first leads. */
  rank: number;
  /** Processes. */
  size: number;
  /** Whether the launcher listens there; else the first process does. */
  hosted: boolean;
  /** Keeps groups apart that find each other at the same place, as one attempt after another. */
  name: string;
  /** For the others to come, and for each operation. */
  timeoutMs: number;
}

export interface EpochOptions {
  /** Positions in the dataset, each visited once per epoch. */
  indices: Int32Array;
  /** Class of each entry of `indices`; empty for reconstruction. */
  labels: Int32Array;
  /** 0-based; part of the seed of the order and the augmentation. */
  epoch: number;
  batchSize: number;
  /** One for all steps, or one for each; see `countSteps`. */
  learningRate: number | Float64Array;
  /** Return after so many updates; the next call goes on from there. Default: at the end of the epoch. */
  updates?: number;
}

export interface EpochProgress {
  step: number;
  steps: number;
  samples: number;
  /** Mean loss so far in this epoch. */
  loss: number;
  elapsedSeconds: number;
}

/** Of the epoch so far, whichever calls it took. */
export interface EpochStatistics {
  loss: number;
  /** Share of right answers on the training batches as they were seen; NaN for reconstruction. */
  accuracy: number;
  samples: number;
  /** Steps done, of `steps`. */
  step: number;
  steps: number;
  seconds: number;
  /** Of each step of this call. */
  losses: Float32Array;
}

export interface EvaluationOptions {
  indices: Int32Array;
  /** Empty when unknown: then no loss is computed (NaN). */
  labels: Int32Array;
  batchSize: number;
  loss: LossName;
  precision: Precision;
  normalization: Normalization;
  /** Averages each output with that of the mirror image; classifiers only. Default false. */
  mirror?: boolean;
}

export interface Outputs {
  /** Row-major [N, outputs]; for reconstruction [N, 1], each image's mean squared error. */
  values: Float32Array;
  outputs: number;
  /** Mean loss, NaN without labels. */
  loss: number;
  seconds: number;
}

/** How a network is made ready for inference alone. */
export interface CompileOptions {
  precision: Precision;
  /** Of pixels given as bytes. */
  normalization: Normalization;
  device: Device;
  /** Averages each output with that of the mirror image. Default false. */
  mirror?: boolean;
  /** Batches that may be at work at the same time. */
  workers: number;
}

/** Where and with how much a batch is computed. */
export interface RunOptions {
  /** 0 … workers − 1: batches of one worker are computed one after another, each worker in a thread of its own. */
  worker: number;
  /** Threads for this batch; half of them where other processes keep so many from running at the same time. */
  threads: number;
}

/** How weights of another network find their places. */
export interface ImportOptions {
  /** Layers that are left as drawn where the file has none that fit. */
  head: readonly string[];
  /** What other programs call a layer; empty for one that only this network has. */
  aliases: Readonly<Record<string, readonly string[]>>;
}

/** Names of the network's weights, but for `unexpected`. */
export interface ImportReport {
  matched: string[];
  /** A stem for another number of channels. */
  adapted: string[];
  /** Left as drawn: the head, or what only this network has. */
  drawn: string[];
  /** Not in the file. */
  missing: string[];
  /** Of another shape, or not finite; with both shapes. */
  wrong: string[];
  /** In the file alone. */
  unexpected: string[];
  /** The file's. */
  metadata: Readonly<Record<string, string>>;
}

/** Versions, threads and devices as LibTorch has them. */
export interface SystemInfo {
  torchVersion: string;
  torchVersionBuilt: string;
  threads: number;
  cuda: { available: boolean; devices: string[] };
  cpu: { avx2: boolean; avx512: boolean; avx512bf16: boolean; amxBf16: boolean };
  /** The precision that `auto` stands for on this machine's CPU. */
  autoPrecision: Precision;
}

/** Native objects of each kind. */
export interface LiveHandles {
  datasets: number;
  networks: number;
  compiled: number;
  trainers: number;
  groups: number;
  operations: number;
}
