/** A network made ready for inference alone, in native memory: folded, fused and packed. */
import type { Network } from './network.js';
import type { Normalization, Precision } from './types.js';

export interface CompileOptions {
  precision: Precision;
  /** Of pixels given as bytes. */
  normalization: Normalization;
  device: 'cpu' | 'cuda';
  /** Batches that may be at work at the same time. */
  workers: number;
}

/** Where and with how much a batch is computed. */
export interface RunOptions {
  /** 0 … workers − 1: batches of one worker are computed one after another, each worker in a thread of its own. */
  worker: number;
  /** Threads for this batch. */
  threads: number;
}

export interface CompiledNetwork extends Disposable {
  /** Values for each image. */
  readonly outputs: number;
  /**
   * Raw outputs, row-major [N, outputs], of images that are each uint8 [C, H, W] pixels or float32 [C, H, W] normalized.
   * Throws ERR_INVALID_ARGUMENT for an image of another length, ERR_DISPOSED.
   */
  run(images: readonly (Uint8Array | Float32Array)[], options: RunOptions): Promise<Float32Array>;
  dispose(): void;
}

/** Takes a copy of the weights as they are now. Throws ERR_BUSY, ERR_DEVICE, ERR_UNSUPPORTED for a reconstruction. */
export type CompileNetwork = (
  network: Network,
  options: CompileOptions,
) => Promise<CompiledNetwork>;
