/** A network made ready for inference alone, in native memory: folded, fused and packed. */
import { addon, type NativeCompiledNetwork } from './addon.js';
import { callNative, runNative } from './call.js';
import type { Network } from './network.js';
import type { CompileOptions, RunOptions } from './types.js';

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

/**
 * Takes a copy of the weights as they are now. Throws ERR_BUSY, ERR_DEVICE, ERR_UNSUPPORTED for a reconstruction,
 * ERR_INVALID_ARGUMENT.
 */
export async function compileNetwork(
  network: Network,
  options: CompileOptions,
): Promise<CompiledNetwork> {
  const settings = { mirror: false, ...options };
  return new Compilation(await runNative(() => addon().compileNetwork(network.handle, settings)));
}

class Compilation implements CompiledNetwork {
  readonly outputs: number;
  private readonly handle: NativeCompiledNetwork;

  constructor(handle: NativeCompiledNetwork) {
    this.handle = handle;
    this.outputs = callNative(() => handle.outputs());
  }

  async run(
    images: readonly (Uint8Array | Float32Array)[],
    options: RunOptions,
  ): Promise<Float32Array> {
    return runNative(() => this.handle.run(images, options));
  }

  dispose(): void {
    this.handle.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
