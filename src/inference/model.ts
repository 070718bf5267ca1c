/** A trained model, read from its file and ready to answer. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeImages,
  nameOf,
  requireMasks,
  type ImageFormat,
  type NamedImage,
  type Problem,
} from '../data/index.js';
import { rowsOf, toProbabilities, type DecisionRule } from '../evaluation/index.js';
import {
  Dataset,
  invalidArgument,
  Network,
  RoentgenError,
  systemInfo,
  type EvaluationOptions,
  type Hooks,
  type Outputs,
  type Precision,
} from '../native/index.js';
import { answer, type Answer } from './answer.js';
import { fromMetadata, type ModelDescription, type ModelMetadata } from './description.js';
import { findUnfamiliar, type GateDescription } from './gate.js';
import { ModelInside } from './inside.js';

/** The best model of a run directory. */
export const bestModelFile = 'model_best.safetensors';

export type PrecisionChoice = Precision | 'auto';

/** `auto` is bf16 where the CPU has it in hardware. */
export function resolvePrecision(choice: PrecisionChoice): Precision {
  return choice === 'auto' ? systemInfo().autoPrecision : choice;
}

export interface Prediction extends Answer {
  filename: string;
}

export interface ModelPredictions {
  predictions: Prediction[];
  /** Images that could not be read. */
  problems: Problem[];
}

export interface ModelPredictOptions {
  /** Images in one forward pass; default 32. */
  batchSize?: number | undefined;
  /** Default fp32. */
  precision?: PrecisionChoice | undefined;
  /** Images decoded at once; default 3. */
  workers?: number | undefined;
  /** The most probable class and the network's own probabilities, without decision rule and gate. Default false. */
  raw?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Made by `loadModel`. `predict` decodes, normalizes and runs images as the model was trained on them.
 * For research and education: not a medical device.
 */
export class Model implements Disposable {
  /** File that it was read from. */
  readonly path: string;
  /** Its layers, gradients and activations. */
  readonly inside: ModelInside;
  private readonly network: Network;
  private readonly metadata: ModelMetadata;

  /** @internal */
  constructor(path: string, network: Network, metadata: ModelMetadata) {
    this.path = path;
    this.network = network;
    this.metadata = metadata;
    this.inside = new ModelInside(path, network, metadata.normalization);
  }

  /** Name of the architecture. */
  get architecture(): string {
    return this.metadata.description.model;
  }

  /** Weights and biases, and the moving statistics of norms. */
  get parameters(): number {
    return this.network.summary().total;
  }

  /** Class names in the order of the probabilities. */
  get classes(): readonly string[] {
    return this.metadata.description.classes;
  }

  get task(): 'classification' | 'reconstruction' {
    return this.metadata.description.task;
  }

  /** Size, channels and fit that images are decoded to, which part of them, and how they are repaired first. */
  get format(): ImageFormat {
    return this.metadata.format;
  }

  /** Versions, seed, epoch and data hash of the run that made it. */
  get provenance(): Readonly<Record<string, string | number | null>> {
    return this.metadata.description.provenance;
  }

  /** What `repairModel` did, in words; null for a model as it was trained. */
  get repair(): string | null {
    const { repair = null } = this.provenance;
    return repair === null ? null : String(repair);
  }

  /** How probabilities become answers; null for a model without. */
  get decision(): DecisionRule | null {
    return this.metadata.description.decision ?? null;
  }

  /** Which images are like none that it was trained on; null for a model that cannot tell. */
  get gate(): GateDescription | null {
    return this.metadata.description.gate ?? null;
  }

  /** All that its file says of it. */
  get description(): ModelDescription {
    return this.metadata.description;
  }

  /**
   * Raw outputs for a selection of a packed dataset in the model's format.
   * @throws RoentgenError ERR_MODEL_MISMATCH, ERR_INVALID_ARGUMENT, ERR_BUSY, ERR_DISPOSED, ABORT_ERR
   */
  async outputs(
    dataset: Dataset,
    selection: Pick<EvaluationOptions, 'indices' | 'labels' | 'batchSize' | 'precision'>,
    hooks?: Hooks,
  ): Promise<Outputs> {
    const { description, normalization } = this.metadata;
    return this.network.evaluate(
      dataset,
      { ...selection, loss: description.loss, normalization },
      hooks,
    );
  }

  /** Raw outputs as probabilities, row-major [N, classes], before any temperature. */
  probabilities(outputs: Outputs): Float64Array {
    return toProbabilities(outputs.values, outputs.outputs, this.metadata.description.output);
  }

  /**
   * Classifies images given as paths or as the bytes of image files. What cannot be read is in `problems`,
   * the rest is answered in order.
   * @throws RoentgenError ERR_UNSUPPORTED for a reconstruction; ERR_INVALID_ARGUMENT, ERR_DISPOSED, ABORT_ERR
   */
  async predict(
    images: readonly (string | Uint8Array)[],
    options: ModelPredictOptions = {},
  ): Promise<ModelPredictions> {
    const named = images.map((image, position) => ({ image, name: nameOf(image, position) }));
    return this.predictNamed(named, options);
  }

  /**
   * As `predict`, for images that have names already, and lung masks for a model that sees the lungs alone. An image
   * without its mask is a problem; ERR_INVALID_ARGUMENT where none has one.
   */
  async predictNamed(
    images: readonly NamedImage[],
    options: ModelPredictOptions = {},
  ): Promise<ModelPredictions> {
    if (this.task !== 'classification') {
      throw new RoentgenError(
        'ERR_UNSUPPORTED',
        `${this.path} reconstructs images and has no classes to predict: use evaluate for its errors.`,
      );
    }
    const { batchSize = 32, workers, signal } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw invalidArgument('batchSize', 'a positive integer', batchSize);
    }
    requireMasks(images, this.format, 'the images');
    const result: ModelPredictions = { predictions: [], problems: [] };
    for (let start = 0; start < images.length; start += batchSize) {
      const batch = images.slice(start, start + batchSize);
      const decoded = await decodeImages(batch, this.format, { workers, signal });
      result.problems.push(...decoded.problems);
      const names = decoded.kept.map((position) => batch[position]?.name ?? '');
      if (names.length === 0) continue;
      result.predictions.push(...(await this.classify(decoded.pixels, names, options)));
    }
    return result;
  }

  private async classify(
    pixels: Uint8Array,
    names: readonly string[],
    options: ModelPredictOptions,
  ): Promise<Prediction[]> {
    const { channels, height, width } = this.format;
    using dataset = Dataset.fromImages(pixels, [names.length, channels, height, width]);
    const { answers } = await this.answer(dataset, options);
    return answers.map((given, row) => ({ filename: names[row] ?? '', ...given }));
  }

  /**
   * Answers for all images of a dataset in the model's format, in one forward pass, and the outputs behind them.
   * @throws RoentgenError as `outputs`
   */
  async answer(
    dataset: Dataset,
    { precision = 'fp32', raw = false, signal }: Omit<ModelPredictOptions, 'batchSize' | 'workers'>,
  ): Promise<{ answers: Answer[]; outputs: Outputs }> {
    const { classes, format } = this;
    const [count] = dataset.shape;
    const indices = Int32Array.from({ length: count }, (_, position) => position);
    const outputs = await this.outputs(
      dataset,
      {
        indices,
        labels: new Int32Array(),
        batchSize: count,
        precision: resolvePrecision(precision),
      },
      { signal },
    );
    const rows = rowsOf(this.probabilities(outputs), classes.length);
    const images = { dataset, format, positions: indices, signal };
    const unfamiliar = this.gate && !raw ? await findUnfamiliar(this.gate, images) : [];
    const rule = { classes, decision: raw ? null : this.decision };
    const answers = rows.map((row, at) => answer(row, rule, unfamiliar[at] ?? false));
    return { answers, outputs };
  }

  /** Frees the weights; later calls throw ERR_DISPOSED. */
  dispose(): void {
    this.network.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Reads a model file, or the best model of a run directory.
 * @throws RoentgenError ERR_NOT_FOUND, ERR_IO; ERR_INVALID_FILE, ERR_MODEL_MISMATCH for a damaged or foreign file
 */
export async function loadModel(path: string): Promise<Model> {
  const file = modelPath(path);
  const network = await Network.load(file);
  try {
    return new Model(file, network, fromMetadata(network.metadata, file));
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** Whether the path is a run's folder rather than a model file. */
export function isRunDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** The model file that a path stands for: itself, or the best model of a run directory. */
export function modelPath(path: string): string {
  return isRunDirectory(path) ? join(path, bestModelFile) : path;
}
