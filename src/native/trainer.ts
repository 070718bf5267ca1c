/** Trains a network: an optimizer, its moments, and the random state, on a native thread of their own. */
import { addon, type NativeTrainer } from './addon.js';
import { callNative, runNative, type Hooks } from './call.js';
import type { Dataset } from './dataset.js';
import type { Network } from './network.js';
import type { EpochOptions, EpochProgress, EpochStatistics, TrainerConfig } from './types.js';

export class Trainer implements Disposable {
  private readonly handle: NativeTrainer;

  /** Moves the network to the device. Throws ERR_INVALID_ARGUMENT, ERR_DEVICE, or ERR_BUSY. */
  constructor(network: Network, config: TrainerConfig) {
    this.handle = callNative(() => new (addon().Trainer)(network.handle, config));
  }

  /**
   * One pass with updates, in an order drawn from the seed and the epoch's number. Throws ERR_DIVERGED where
   * the loss is not finite, ABORT_ERR when aborted, ERR_BUSY where another operation uses the network.
   */
  async epoch(
    dataset: Dataset,
    options: EpochOptions,
    hooks?: Hooks<EpochProgress>,
  ): Promise<EpochStatistics> {
    return runNative((onProgress) => this.handle.epoch(dataset.handle, options, onProgress), hooks);
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
