/** A network, a trainer with the defaults of `roentgen train`, and images of noise to train on. */
import { loadModelSpec } from '../../../src/models/index.js';
import {
  Network,
  noAugmentation,
  systemInfo,
  Trainer,
  type Augmentation,
  type Device,
  type EpochOptions,
  type Group,
  type Normalization,
  type Precision,
  type Shape4,
  type TrainerConfig,
} from '../../../src/native/index.js';

export { alternatingLabels, noise } from '../../../src/benchmark/index.js';

export interface Workload {
  network: Network;
  trainer: Trainer;
  normalization: Normalization;
}

export interface WorkloadOptions {
  augmentation?: Augmentation;
  /** Default: cpu. */
  device?: Device;
  /** Default: what `auto` takes. */
  precision?: Precision;
  group?: Group;
}

/** A two-class network with its trainer. `shape` is the dataset's. */
export function buildWorkload(
  model: string,
  [, channels, height, width]: Shape4,
  {
    augmentation = noAugmentation,
    device = 'cpu',
    precision = systemInfo().autoPrecision,
    group,
  }: WorkloadOptions = {},
): Workload {
  const network = Network.build(loadModelSpec(model), { outputs: 2, channels, height, width }, 1);
  const perChannel = (value: number): number[] => Array.from({ length: channels }, () => value);
  const normalization = { mean: perChannel(0.5), std: perChannel(0.2) };
  const config: TrainerConfig = {
    loss: { kind: 'crossEntropy' },
    optimizer: { algorithm: 'adam' },
    augmentation,
    precision,
    device,
    normalization,
    seed: 1,
  };
  const trainer = new Trainer(network, config, group);
  return { network, trainer, normalization };
}

/** The whole dataset in batches of 32. */
export function wholeEpoch(labels: Int32Array, epoch: number): EpochOptions {
  const indices = Int32Array.from(labels.keys());
  return { indices, labels, epoch, batchSize: 32, learningRate: 1e-3 };
}
