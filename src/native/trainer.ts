/** Trains a network: an optimizer, its moments, and the random state, on a native thread of their own. */
import { addon, type NativeTrainer, type NativeTrainerConfig } from './addon.js';
import { callNative, runNative, type Hooks } from './call.js';
import type { Dataset } from './dataset.js';
import type { Group } from './group.js';
import type { Network } from './network.js';
import type {
  Augmentation,
  EpochOptions,
  EpochProgress,
  EpochStatistics,
  EvaluationOptions,
  LossOptions,
  OptimizerOptions,
  Outputs,
  TrainerConfig,
} from './types.js';

const plainLoss: Omit<LossOptions, 'kind'> = {
  classWeights: [],
  smoothing: 0,
  focalGamma: 0,
  positiveWeight: 1,
  logitAdjustment: [],
};

/** PyTorch's defaults; Lion's betas are those of its paper. */
function plainOptimizer(algorithm: OptimizerOptions['algorithm']): OptimizerOptions {
  return {
    algorithm,
    weightDecay: 0,
    decayAll: false,
    layerDecay: 1,
    head: [],
    backboneRate: 1,
    clipNorm: 0,
    momentum: 0.9,
    nesterov: false,
    betas: algorithm === 'lion' ? [0.9, 0.99] : [0.9, 0.999],
    alpha: 0.99,
    epsilon: 1e-8,
  };
}

/** Images as they are. */
export const noAugmentation: Readonly<Augmentation> = {
  rotation: 0,
  zoom: 0,
  translation: 0,
  shear: 0,
  cropScale: 1,
  horizontalFlip: 0,
  verticalFlip: 0,
  fill: 'black',
  brightness: 0,
  contrast: 0,
  gamma: 0,
  blur: 0,
  noise: 0,
  erasing: 0,
  mixup: 0,
  cutmix: 0,
};

function complete(config: TrainerConfig): NativeTrainerConfig {
  return {
    accumulation: 1,
    averageDecay: 0,
    ...config,
    loss: { ...plainLoss, ...config.loss },
    optimizer: { ...plainOptimizer(config.optimizer.algorithm), ...config.optimizer },
    augmentation: { ...noAugmentation, ...config.augmentation },
  };
}

/**
 * Steps of an epoch: a last batch with fewer than two images for each process joins the one before, as batch
 * normalization cannot train on one.
 */
export function countSteps(samples: number, batchSize: number, processes = 1): number {
  const steps = Math.ceil(samples / batchSize);
  return steps > 1 && samples - (steps - 1) * batchSize < 2 * processes ? steps - 1 : steps;
}

export class Trainer implements Disposable {
  /** That train together; 1 without a group. */
  readonly processes: number;
  private readonly handle: NativeTrainer;

  /**
   * Moves the network to the device. In a group all processes make the same calls of `epoch`, `evaluate` and `share` in
   * the same order: each takes its part of every batch, and all come to the weights that one alone would come to.
   * Any of these then throws ERR_PEER where another process is gone.
   * Throws ERR_INVALID_ARGUMENT, ERR_DEVICE, or ERR_BUSY.
   */
  constructor(network: Network, config: TrainerConfig, group?: Group) {
    this.processes = group?.size ?? 1;
    this.handle = callNative(
      () => new (addon().Trainer)(network.handle, complete(config), group?.handle),
    );
  }

  /**
   * One pass with updates, in an order drawn from the seed and the epoch's number. The same call goes on where the
   * last one returned early or was aborted. Throws ERR_DIVERGED where the loss is not finite, ABORT_ERR when
   * aborted, ERR_BUSY where another operation uses the network.
   */
  async epoch(
    dataset: Dataset,
    { learningRate, updates = 0, ...options }: EpochOptions,
    hooks?: Hooks<EpochProgress>,
  ): Promise<EpochStatistics> {
    const learningRates = typeof learningRate === 'number' ? [learningRate] : [...learningRate];
    const plan = { ...options, updates, learningRates };
    return runNative((onProgress) => this.handle.epoch(dataset.handle, plan, onProgress), hooks);
  }

  /** As `Network.evaluate`, but what frozen layers make of an image is computed once where memory allows. */
  async evaluate(
    dataset: Dataset,
    options: Omit<EvaluationOptions, 'mirror'>,
    hooks?: Hooks,
  ): Promise<Outputs> {
    return runNative(
      (onProgress) =>
        this.handle.evaluate(dataset.handle, { mirror: false, ...options }, onProgress),
      hooks,
    );
  }

  /** Every process of the group gets the state of the first: weights, moments, average, position. */
  async share(): Promise<void> {
    await runNative(() => this.handle.share());
  }

  /**
   * Puts the averaged weights into the network; a second call brings the trained ones back. Throws
   * ERR_INVALID_ARGUMENT where `averageDecay` is 0, ERR_BUSY.
   */
  exchangeAverage(): void {
    callNative(() => {
      this.handle.exchangeAverage();
    });
  }

  /** Writes weights, moments and random state, all that an exact continuation needs: whole or not at all. */
  async save(path: string, metadata: Record<string, string>): Promise<void> {
    await runNative(() => this.handle.save(path, { metadata }));
  }

  /** Restores what `save` wrote and returns its metadata. Throws ERR_MODEL_MISMATCH, ERR_INVALID_FILE. */
  async load(path: string): Promise<Readonly<Record<string, string>>> {
    return runNative(() => this.handle.load(path));
  }

  /** Frees the moments once no operation uses them; later calls throw ERR_DISPOSED. */
  dispose(): void {
    this.handle.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
