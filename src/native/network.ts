/** A network in native memory, built from an architecture file or read from a model file. */
import { addon, type NativeNetwork } from './addon.js';
import { callNative, runNative, type Hooks } from './call.js';
import type { Dataset } from './dataset.js';
import type {
  EvaluationOptions,
  ImportOptions,
  ImportReport,
  NetworkShape,
  NetworkSummary,
  Outputs,
} from './types.js';

export class Network implements Disposable {
  /** The addon's handle, for src/native alone. */
  readonly handle: NativeNetwork;

  private constructor(handle: NativeNetwork) {
    this.handle = handle;
  }

  /**
   * Builds an architecture with weights drawn from `seed` (a non-negative integer).
   * Throws ERR_INVALID_SPEC with layer and field, or ERR_INPUT_TOO_SMALL with the smallest size that fits.
   */
  static build(spec: object, shape: NetworkShape, seed: number): Network {
    const json = JSON.stringify(spec);
    return new Network(callNative(() => addon().Network.build(json, { ...shape, seed })));
  }

  /** Reads a self-describing model file. Throws ERR_INVALID_FILE or ERR_MODEL_MISMATCH. */
  static async load(path: string): Promise<Network> {
    return new Network(await runNative(() => addon().Network.load(path)));
  }

  /** The metadata of the file that it was read from; empty for a new network. */
  get metadata(): Readonly<Record<string, string>> {
    return callNative(() => this.handle.metadata());
  }

  /** The layer table and its totals. */
  summary(): NetworkSummary {
    const layers = callNative(() => this.handle.summary());
    const sum = (key: 'parameters' | 'trainable' | 'macs'): number =>
      layers.reduce((total, row) => total + row[key], 0);
    const [total, trainable] = [sum('parameters'), sum('trainable')];
    return { layers, total, trainable, nonTrainable: total - trainable, macs: sum('macs') };
  }

  /** A pass without updates. Throws ERR_MODEL_MISMATCH, ERR_INVALID_ARGUMENT, or ERR_BUSY while training. */
  async evaluate(dataset: Dataset, options: EvaluationOptions, hooks?: Hooks): Promise<Outputs> {
    return runNative(
      (onProgress) => this.handle.evaluate(dataset.handle, options, onProgress),
      hooks,
    );
  }

  /**
   * From now on training leaves these alone: layers, stages, blocks of one (`layer4.1`) or single parameters. All else
   * is trained. Batch normalization that is frozen keeps its running statistics and uses them. Throws
   * ERR_INVALID_ARGUMENT for a name that the network has not, ERR_BUSY.
   */
  freeze(layers: readonly string[]): void {
    callNative(() => {
      this.handle.freeze({ layers });
    });
  }

  /**
   * Takes weights over from safetensors or from a state dictionary of PyTorch's `torch.save`, by name. Nothing changes
   * where the report has entries in `missing` or `wrong`. Of a `.pth` file only tensors, numbers and containers are
   * ever built. Throws ERR_NOT_FOUND, ERR_IO; ERR_INVALID_FILE naming a class that the file asks for; ERR_BUSY.
   */
  async importWeights(path: string, options: ImportOptions): Promise<ImportReport> {
    return runNative(() => this.handle.importWeights(path, options));
  }

  /** Writes a model file: whole or not at all. The architecture and shape join the metadata. */
  async save(path: string, metadata: Record<string, string>): Promise<void> {
    await runNative(() => this.handle.save(path, { metadata }));
  }

  /** Frees the weights once no operation uses them; later calls throw ERR_DISPOSED. */
  dispose(): void {
    this.handle.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
