/** A network in native memory, built from an architecture file or read from a model file. */
import { addon, type NativeNetwork } from './addon.js';
import { callNative, runNative, type Hooks } from './call.js';
import type { Dataset } from './dataset.js';
import type {
  ActivationOptions,
  CamMaps,
  CamOptions,
  GradientOptions,
  Gradients,
  LayerValues,
  NamedLayer,
  PassOptions,
  PerturbOptions,
} from './explanationTypes.js';
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
      (onProgress) =>
        this.handle.evaluate(dataset.handle, { mirror: false, ...options }, onProgress),
      hooks,
    );
  }

  /** Layers in the order in which they run, `input` first; a stage stands behind its blocks. */
  layers(): readonly NamedLayer[] {
    return callNative(() => this.handle.layers());
  }

  /**
   * What layers put out, activation functions included where the architecture file gives the layer one.
   * Throws ERR_INVALID_ARGUMENT for a layer that is not there, listing those that are; ERR_MODEL_MISMATCH, ERR_BUSY.
   */
  async activations(
    dataset: Dataset,
    options: ActivationOptions,
    hooks?: Hooks,
  ): Promise<LayerValues[]> {
    return runNative(
      (onProgress) => this.handle.activations(dataset.handle, options, onProgress),
      hooks,
    );
  }

  /**
   * Class activation maps of layers with height and width. Throws as `activations`; ERR_UNSUPPORTED for a
   * reconstruction.
   */
  async classActivations(dataset: Dataset, options: CamOptions, hooks?: Hooks): Promise<CamMaps> {
    return runNative(
      (onProgress) => this.handle.classActivations(dataset.handle, options, onProgress),
      hooks,
    );
  }

  /** How the logit of a class depends on each pixel. Throws as `classActivations`. */
  async gradients(dataset: Dataset, options: GradientOptions, hooks?: Hooks): Promise<Gradients> {
    return runNative(
      (onProgress) => this.handle.gradients(dataset.handle, options, onProgress),
      hooks,
    );
  }

  /** Logits [M, outputs] of one image with parts of it replaced. Throws as `classActivations`. */
  async perturb(dataset: Dataset, options: PerturbOptions, hooks?: Hooks): Promise<Float32Array> {
    return runNative(
      (onProgress) => this.handle.perturb(dataset.handle, options, onProgress),
      hooks,
    );
  }

  /**
   * Draws layers, stages or blocks anew, as `build` would from `seed`; their batch normalization forgets its statistics.
   * Throws ERR_INVALID_ARGUMENT for a name without weights, ERR_BUSY.
   */
  randomize(layers: readonly string[], seed: number): void {
    callNative(() => {
      this.handle.randomize({ layers, seed });
    });
  }

  /**
   * Replaces mean and variance of every batch normalization by those of these images, each layer's measured behind
   * layers that use theirs already (Li et al. 2018, Adaptive Batch Normalization). That takes a pass for each of them,
   * and does not depend on `batchSize`. Where it throws nothing has changed: ERR_UNSUPPORTED for a network without
   * batch normalization; ERR_INVALID_ARGUMENT where a channel has a single value to measure; ERR_BUSY, ABORT_ERR.
   */
  async estimateStatistics(dataset: Dataset, options: PassOptions, hooks?: Hooks): Promise<void> {
    await runNative(
      (onProgress) => this.handle.estimateStatistics(dataset.handle, options, onProgress),
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
