/** A model seen from inside: what its layers put out, and what its answers depend on. */
import { nearest, parseModelSpec, type ModelSpec } from '../models/index.js';
import {
  RoentgenError,
  type ActivationOptions,
  type CamMaps,
  type CamOptions,
  type Dataset,
  type GradientOptions,
  type Gradients,
  type Hooks,
  type LayerValues,
  type NamedLayer,
  type Network,
  type Normalization,
  type PassOptions,
  type PerturbOptions,
  type Precision,
} from '../native/index.js';

/** What a caller leaves to the model. `batchSize` is 32 and `precision` fp32 unless given. */
export type Asked<Options extends PassOptions | PerturbOptions> = Omit<
  Options,
  'normalization' | 'batchSize' | 'precision'
> & { batchSize?: number; precision?: Precision };

/** What a layer may be asked for without naming it. */
export type LayerRole = keyof ModelSpec['layersFor'];

/** Made by `Model`. Datasets are in the model's format. */
export class ModelInside {
  private readonly path: string;
  private readonly network: Network;
  private readonly normalization: Normalization;
  private readonly onChange: () => void;

  /**
   * @param onChange called when the weights are not what they were
   * @internal
   */
  constructor(path: string, network: Network, normalization: Normalization, onChange: () => void) {
    this.path = path;
    this.network = network;
    this.normalization = normalization;
    this.onChange = onChange;
  }

  /** The architecture that the file holds. */
  get spec(): ModelSpec {
    const text = this.network.metadata['architecture'] ?? 'null';
    return parseModelSpec(JSON.parse(text), this.path);
  }

  /** Layers in the order in which they run, `input` first; a stage stands behind its blocks. */
  get layers(): readonly NamedLayer[] {
    return this.network.layers();
  }

  /** Layers and stages that have weights, in the order in which they run. */
  get weightedLayers(): readonly string[] {
    const rows = this.network.summary().layers.filter(({ parameters }) => parameters > 0);
    // Of a stage the summary lists what is in its blocks.
    return [...new Set(rows.map(({ name }) => name.replace(/\..*/, '')))];
  }

  /**
   * The layer of that name; without a name the architecture's own for class activation maps or embeddings.
   * @throws RoentgenError ERR_INVALID_ARGUMENT with the nearest name and all names
   */
  layer(name: string | undefined, role: LayerRole): NamedLayer {
    const asked = name ?? this.spec.layersFor[role];
    const { layers } = this;
    if (asked === undefined) {
      throw new RoentgenError(
        'ERR_INVALID_ARGUMENT',
        `The architecture of ${this.path} names no layer for ${role}: name one. Known: ${listed(layers)}`,
      );
    }
    const found = layers.find((layer) => layer.name === asked);
    if (found) return found;
    const names = layers.map((layer) => layer.name);
    const suggestion = nearest(asked, names);
    const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      `${this.path} has no layer "${asked}"${hint}\nKnown: ${listed(layers)}`,
    );
  }

  /** As `Network.activations`. */
  async activations(
    dataset: Dataset,
    options: Asked<ActivationOptions>,
    hooks?: Hooks,
  ): Promise<LayerValues[]> {
    return this.network.activations(dataset, this.complete(options), hooks);
  }

  /** As `Network.classActivations`. */
  async classActivations(
    dataset: Dataset,
    options: Asked<CamOptions>,
    hooks?: Hooks,
  ): Promise<CamMaps> {
    return this.network.classActivations(dataset, this.complete(options), hooks);
  }

  /** As `Network.gradients`. */
  async gradients(
    dataset: Dataset,
    options: Asked<GradientOptions>,
    hooks?: Hooks,
  ): Promise<Gradients> {
    return this.network.gradients(dataset, this.complete(options), hooks);
  }

  /** As `Network.perturb`. */
  async perturb(
    dataset: Dataset,
    options: Asked<PerturbOptions>,
    hooks?: Hooks,
  ): Promise<Float32Array> {
    return this.network.perturb(dataset, this.complete(options), hooks);
  }

  /** As `Network.randomize`: the model answers by drawn weights from then on. */
  randomize(layers: readonly string[], seed: number): void {
    this.network.randomize(layers, seed);
    this.onChange();
  }

  /** As `Network.estimateStatistics`: the model answers by them from then on. */
  async estimateStatistics(
    dataset: Dataset,
    options: Asked<PassOptions>,
    hooks?: Hooks,
  ): Promise<void> {
    await this.network.estimateStatistics(dataset, this.complete(options), hooks);
    this.onChange();
  }

  private complete<Options extends object>(
    options: Options,
  ): Options & { normalization: Normalization; batchSize: number; precision: Precision } {
    return { batchSize: 32, precision: 'fp32', ...options, normalization: this.normalization };
  }
}

function listed(layers: readonly NamedLayer[]): string {
  return layers.map(({ name }) => name).join(', ');
}
