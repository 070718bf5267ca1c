/** A network, a trainer with the defaults of `roentgen train`, and images of noise to train on. */
import { loadModelSpec } from '../../../src/models/index.js';
import {
  Network,
  noAugmentation,
  systemInfo,
  Trainer,
  type Augmentation,
  type EpochOptions,
  type Normalization,
  type Shape4,
} from '../../../src/native/index.js';

export { alternatingLabels, noise } from '../../../src/benchmark/index.js';

export interface Workload {
  network: Network;
  trainer: Trainer;
  normalization: Normalization;
}

/** A two-class network with its trainer, in the precision that `auto` takes. `shape` is the dataset's. */
export function buildWorkload(
  model: string,
  [, channels, height, width]: Shape4,
  augmentation: Augmentation = noAugmentation,
): Workload {
  const network = Network.build(loadModelSpec(model), { outputs: 2, channels, height, width }, 1);
  const perChannel = (value: number): number[] => Array.from({ length: channels }, () => value);
  const normalization = { mean: perChannel(0.5), std: perChannel(0.2) };
  const trainer = new Trainer(network, {
    loss: { kind: 'crossEntropy' },
    optimizer: { algorithm: 'adam' },
    augmentation,
    precision: systemInfo().autoPrecision,
    device: 'cpu',
    normalization,
    seed: 1,
  });
  return { network, trainer, normalization };
}

/** The whole dataset in batches of 32. */
export function wholeEpoch(labels: Int32Array, epoch: number): EpochOptions {
  const indices = Int32Array.from(labels.keys());
  return { indices, labels, epoch, batchSize: 32, learningRate: 1e-3 };
}
