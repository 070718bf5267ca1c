/** A trained model, read from its file and ready to answer. */
import { setImmediate } from 'node:timers/promises';
import {
  nameOf,
  requireMasks,
  type ImageFormat,
  type ImageInput,
  type NamedImage,
  type Problem,
} from '../data/index.js';
import { rowsOf, toProbabilities, type DecisionRule, type TtaChoice } from '../evaluation/index.js';
import {
  compileNetwork,
  invalidArgument,
  RoentgenError,
  systemInfo,
  throwIfAborted,
  type Dataset,
  type EvaluationOptions,
  type Hooks,
  type Network,
  type Outputs,
  type Precision,
  type Device,
} from '../native/index.js';
import { answer, type Answer } from './answer.js';
import type { ModelDescription, ModelMetadata } from './description.js';
import { findUnfamiliar, openGate, type GateDescription, type IsUnfamiliar } from './gate.js';
import { ModelInside } from './inside.js';
import { runPipeline } from './pipeline.js';
import {
  Predictor,
  type Places,
  type PredictorSettings,
  type PredictorStatistics,
} from './predictor/index.js';

export type PrecisionChoice = Precision | 'auto';

/** `auto` is bf16 where the device has it in hardware: CUDA's all have. */
export function resolvePrecision(choice: PrecisionChoice, device: Device = 'cpu'): Precision {
  if (choice !== 'auto') return choice;
  return device === 'cuda' ? 'bf16' : systemInfo().autoPrecision;
}

/** The answer for an image that has a name. */
export interface Prediction extends Answer {
  filename: string;
}

/** Answers for images, in their order. */
export interface ModelPredictions {
  predictions: Prediction[];
  /** Images that could not be read. */
  problems: Problem[];
}

/** How an image is answered, and in whose place in the line. */
export interface TensorOptions {
  /** The most probable class and the network's own probabilities, without decision rule and gate. Default false. */
  raw?: boolean | undefined;
  /** Room from `admit`. Default: asked for at the call, and refused with ERR_OVERLOADED. */
  places?: Places | undefined;
  /** Images that wait leave the queue. */
  signal?: AbortSignal | undefined;
}

/** How images are decoded and answered. */
export interface ModelPredictOptions extends TensorOptions {
  /** Images decoded at once; default 3. */
  workers?: number | undefined;
  /** Images of more pixels (width × height) are problems. Default 100,000,000. */
  pixelLimit?: number | undefined;
}

/** The answer for pixels in the model's format, with the network's own numbers. */
export interface TensorAnswer extends Answer {
  /** Raw, of the network's last layer. */
  outputs: Float32Array;
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
  private readonly predictor: Predictor;
  private gateReady: IsUnfamiliar | undefined;

  /** @internal */
  constructor(
    path: string,
    network: Network,
    metadata: ModelMetadata,
    settings: PredictorSettings = {},
  ) {
    this.path = path;
    this.network = network;
    this.metadata = metadata;
    const { format, normalization } = metadata;
    this.predictor = new Predictor(
      {
        compile: async (options) =>
          compileNetwork(network, { ...options, normalization, mirror: this.tta === 'hflip' }),
        format,
      },
      settings,
    );
    this.inside = new ModelInside(path, network, normalization, () => {
      this.predictor.renew();
    });
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

  /** What its outputs are: classes, or the image itself. */
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

  /** What its answers are averaged over; explanations are of the image alone. */
  get tta(): TtaChoice {
    return this.metadata.description.tta ?? 'none';
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
   * @param selection with `tta` for another test-time augmentation than the model's own
   * @throws RoentgenError ERR_MODEL_MISMATCH, ERR_INVALID_ARGUMENT, ERR_BUSY, ERR_DISPOSED, ABORT_ERR
   */
  async outputs(
    dataset: Dataset,
    {
      tta = this.tta,
      ...selection
    }: Pick<EvaluationOptions, 'indices' | 'labels' | 'batchSize' | 'precision'> & {
      tta?: TtaChoice | undefined;
    },
    hooks?: Hooks,
  ): Promise<Outputs> {
    const { description, normalization } = this.metadata;
    return this.network.evaluate(
      dataset,
      { ...selection, loss: description.loss, normalization, mirror: tta === 'hflip' },
      hooks,
    );
  }

  /** Raw outputs as probabilities, row-major [N, classes], before any temperature. */
  probabilities(outputs: Outputs): Float64Array {
    return toProbabilities(outputs.values, outputs.outputs, this.metadata.description.output);
  }

  /**
   * Classifies images, together with those of other calls that come at the same time. What cannot be read is in
   * `problems`, the rest is answered in order. A call is accepted whole, or refused before anything is read.
   * @throws RoentgenError ERR_OVERLOADED where too many images are pending; ERR_UNSUPPORTED for a reconstruction;
   * ERR_INVALID_ARGUMENT, ERR_DISPOSED, ABORT_ERR
   */
  async predict(
    images: readonly ImageInput[],
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
    this.requireClasses();
    requireMasks(images, this.format, 'the images');
    const { workers: decoders = 3, pixelLimit, signal } = options;
    if (!Number.isInteger(decoders) || decoders < 1) {
      throw invalidArgument('workers', 'a positive integer', decoders);
    }
    throwIfAborted(signal);
    const places = options.places ?? this.admit(images.length);
    if (images.length > 0) this.predictor.prepare();
    try {
      const { format } = this;
      const { results, problems } = await runPipeline(
        images,
        { format, decoders, ahead: this.predictor.appetite, pixelLimit, signal },
        async (pixels, filename, either) => {
          const { outputs: _, ...given } = await this.ask(pixels, {
            ...options,
            places,
            signal: either,
          });
          return { filename, ...given };
        },
        () => {
          places.release(1);
        },
      );
      return { predictions: results, problems };
    } finally {
      if (options.places === undefined) places.release();
    }
  }

  /**
   * Answers for one image that is in the model's format already: uint8 [C, H, W] pixels, or float32 [C, H, W]
   * normalized by mean and deviation, which no gate can judge.
   * @throws RoentgenError ERR_INVALID_ARGUMENT for another length or values that are not finite; as `predict`
   */
  async predictTensor(
    values: Uint8Array | Float32Array,
    options: TensorOptions = {},
  ): Promise<TensorAnswer> {
    this.requireClasses();
    return this.ask(values, options);
  }

  /**
   * Room for a call of `count` images before anything is done for it; hand it over in the options of the predictions,
   * which give it up image by image, and release it in the end.
   * @throws RoentgenError ERR_OVERLOADED, ERR_DISPOSED
   */
  admit(count: number): Places {
    return this.predictor.admit(count);
  }

  /**
   * Makes ready for the first request what would else be made by it.
   * @throws RoentgenError ERR_DEVICE, ERR_UNSUPPORTED, ERR_DISPOSED
   */
  async warmUp(): Promise<void> {
    this.requireClasses();
    await this.predictor.warmUp();
  }

  /** What was predicted since it was loaded. */
  statistics(): PredictorStatistics {
    return this.predictor.statistics();
  }

  private async ask(
    image: Uint8Array | Float32Array,
    { raw = false, places, signal }: TensorOptions,
  ): Promise<TensorAnswer> {
    const asked = this.predictor.outputs(image, { places, signal });
    const [{ values }, unfamiliar] = await Promise.all([asked, this.isUnfamiliar(image, raw)]);
    if (image instanceof Float32Array && !values.every(Number.isFinite)) {
      throw invalidArgument('values', 'finite normalized numbers', 'some that are not');
    }
    const row = [...toProbabilities(values, values.length, this.metadata.description.output)];
    const rule = { classes: this.classes, decision: raw ? null : this.decision };
    return { ...answer(row, rule, unfamiliar), outputs: values };
  }

  private async isUnfamiliar(image: Uint8Array | Float32Array, raw: boolean): Promise<boolean> {
    if (this.gate === null || raw || image instanceof Float32Array) return false;
    // The batch starts first: it is computed while the gate judges.
    await setImmediate();
    this.gateReady ??= openGate(this.gate, this.format);
    return this.gateReady(image);
  }

  private requireClasses(): void {
    if (this.task === 'classification') return;
    throw new RoentgenError(
      'ERR_UNSUPPORTED',
      `${this.path} reconstructs images and has no classes to predict: use evaluate for its errors.`,
    );
  }

  /**
   * Answers for all images of a dataset in the model's format, in one forward pass, and the outputs behind them.
   * @throws RoentgenError as `outputs`
   */
  async answer(
    dataset: Dataset,
    {
      precision = 'fp32',
      raw = false,
      signal,
    }: Omit<TensorOptions, 'places'> & { precision?: Precision | undefined } = {},
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
        precision,
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

  /** Refuses new images, answers those that were accepted, and frees the weights. */
  async close(): Promise<void> {
    await this.predictor.close();
    this.dispose();
  }

  /** Frees the weights at once: images that wait fail, and later calls throw ERR_DISPOSED. */
  dispose(): void {
    this.predictor.dispose();
    this.network.dispose();
  }

  /** As `dispose`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
