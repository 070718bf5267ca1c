/** A training run from data to a run directory: the epochs, what is kept of them, and how they are judged. */
import {
  evaluateClassification,
  metricDirection,
  metricValue,
  toProbabilities,
  type ClassificationMetrics,
} from '../evaluation/index.js';
import { toMetadata, writeEvaluationFiles } from '../inference/index.js';
import {
  isAbort,
  packageVersion,
  RoentgenError,
  setThreads,
  systemInfo,
  writeFileAtomic,
  type EpochProgress,
} from '../native/index.js';
import type { EpochRecord, TrainHooks, TrainResult } from './events.js';
import type { ResolvedSettings, TrainSettings } from './options.js';
import { describe, prepare, type Places, type Preparation } from './preparation.js';
import { defaultExperiment, RunDirectory } from './runDirectory.js';
import { parseSettings } from './settings.js';

export interface TrainOptions extends TrainSettings, Places {
  /** Parent of the run directory; default `runs`. */
  output?: string | undefined;
  /** Name of the run directory; default the model and the time. `-1`, `-2` … is added where it exists. */
  experiment?: string | undefined;
  /** Threads of one operation, for the whole process; default the number of cores. */
  threads?: number | undefined;
}

/** Validation goes through the network in larger batches: it keeps no activations. */
const validationBatchSize = 64;

/**
 * Trains a network on labeled images and keeps the epoch that validates best.
 *
 * Writes a new run directory: `config.yaml`, `summary.csv`, `curves.svg`, `model_best.safetensors`,
 * `last.safetensors`, `metrics.json`, and for a classifier what it says about the validation images at the best
 * epoch: `predictions.csv`, `classification_report.txt`, `confusion_matrix.csv|svg`, `roc.svg`. The test split
 * is not read.
 * For research and education: not a medical device.
 *
 * @throws RoentgenError as `openData`; ERR_INVALID_ARGUMENT, ERR_UNKNOWN_MODEL, ERR_INVALID_SPEC,
 * ERR_INPUT_TOO_SMALL; ERR_SPLIT_LEAK, ERR_SINGLE_CLASS; ERR_DIVERGED where the loss is not finite; ERR_NO_SPACE,
 * ERR_IO; ABORT_ERR. Once the run directory exists, `details` has `runDirectory` and `history`.
 */
export async function train(options: TrainOptions, hooks: TrainHooks = {}): Promise<TrainResult> {
  const {
    data,
    output = 'runs',
    experiment,
    cacheDir,
    workers,
    threads,
    keepGoing,
    ...rest
  } = options;
  const settings = parseSettings(rest);
  metricDirection(settings.evalMetric);
  if (threads !== undefined) setThreads(threads);
  using preparation = await prepare(settings, { data, cacheDir, workers, keepGoing }, hooks);

  const name = experiment ?? defaultExperiment(preparation.spec.name, new Date());
  const run = new Run(settings, preparation, await RunDirectory.create(output, name), hooks);
  try {
    await run.start(data);
    for (let epoch = 1; epoch <= settings.epochs; epoch += 1) await run.epoch(epoch);
    return await run.finish();
  } catch (error) {
    throw await run.fail(error);
  }
}

/** What the network says about the validation images; metrics and probabilities for a classifier only. */
interface Validated {
  loss: number;
  classified: { metrics: ClassificationMetrics; probabilities: Float64Array } | null;
}

/** The state of one run between its epochs. */
class Run {
  private readonly started = performance.now();
  private readonly history: EpochRecord[] = [];
  private best: { epoch: number; value: number; validated: Validated | undefined } | undefined;

  constructor(
    private readonly settings: ResolvedSettings,
    private readonly preparation: Preparation,
    private readonly directory: RunDirectory,
    private readonly hooks: TrainHooks,
  ) {}

  async start(data: string): Promise<void> {
    const { packed, selection, choices, network, spec } = this.preparation;
    const { torchVersion, threads } = systemInfo();
    await this.directory.writeConfig({
      data,
      ...this.settings,
      resolved: { ...choices, threads, format: packed.index.format, classes: packed.index.classes },
      images: {
        train: selection.train.length,
        validation: selection.validation.length,
        validationFrom: selection.validationFrom,
      },
      dataHash: packed.index.sourceHash,
      skipped: packed.problems,
      versions: { roentgen: packageVersion, torch: torchVersion, node: process.version },
    });
    this.hooks.onEvent?.({
      kind: 'start',
      runDirectory: this.directory.path,
      model: spec.name,
      parameters: network.summary().total,
      classes: packed.index.classes,
      train: selection.train.length,
      validation: selection.validation.length,
      validationFrom: selection.validationFrom,
      ...{ precision: choices.precision, device: choices.device, threads },
      fromCache: packed.fromCache,
      problems: packed.problems,
    });
  }

  async epoch(epoch: number): Promise<void> {
    const begun = performance.now();
    const { trainer, packed, selection } = this.preparation;
    const { batchSize, lr } = this.settings;
    const trained = await trainer.epoch(
      packed.dataset,
      { ...this.select(selection.train), epoch: epoch - 1, batchSize, learningRate: lr },
      { signal: this.hooks.signal, onProgress: (progress) => this.report(epoch, progress) },
    );
    const validated = await this.validate();
    const record: EpochRecord = {
      epoch,
      trainLoss: trained.loss,
      trainAccuracy: Number.isNaN(trained.accuracy) ? null : trained.accuracy,
      valLoss: validated?.loss ?? null,
      valAccuracy: validated?.classified?.metrics.accuracy ?? null,
      valAuroc: validated?.classified?.metrics.auroc ?? null,
      learningRate: lr,
      seconds: (performance.now() - begun) / 1000,
      imagesPerSecond: trained.samples / trained.seconds,
    };
    this.history.push(record);
    const best = this.isBest(epoch, validated);
    if (best) await this.saveBest(epoch);
    await this.saveLast(epoch);
    await this.directory.writeHistory(this.history, this.best?.epoch ?? epoch);
    this.hooks.onEvent?.({ kind: 'epoch', record, epochs: this.settings.epochs, best });
  }

  async finish(): Promise<TrainResult> {
    const { packed, selection } = this.preparation;
    const classified = this.best?.validated?.classified;
    const result: TrainResult = {
      runDirectory: this.directory.path,
      model: this.directory.best,
      bestEpoch: this.best?.epoch ?? this.settings.epochs,
      history: this.history,
      metrics: classified?.metrics ?? null,
      problems: packed.problems,
      seconds: (performance.now() - this.started) / 1000,
    };
    await writeFileAtomic(
      this.directory.file('metrics.json'),
      `${JSON.stringify({ ...result, split: 'validation', evalMetric: this.settings.evalMetric }, null, 2)}\n`,
    );
    if (classified) {
      const positions = Int32Array.from(selection.validation);
      await writeEvaluationFiles(this.directory.path, {
        ...classified,
        index: packed.index,
        positions,
      });
    }
    return result;
  }

  /** Keeps what an interrupted run has, and adds to the error where it is. */
  async fail(error: unknown): Promise<unknown> {
    if (isAbort(error)) await this.saveLast(this.history.length);
    if (!(error instanceof RoentgenError)) return error;
    const details = { ...error.details, runDirectory: this.directory.path, history: this.history };
    const { code, message, cause, stack } = error;
    const told = new RoentgenError(code, message, { details, cause });
    if (stack !== undefined) told.stack = stack;
    return told;
  }

  private select(positions: readonly number[]): { indices: Int32Array; labels: Int32Array } {
    const indices = Int32Array.from(positions);
    const { index } = this.preparation.packed;
    const reconstruction = this.preparation.spec.task === 'reconstruction';
    const labels = indices.map((position) => index.labels[position] ?? -1);
    return { indices, labels: reconstruction ? new Int32Array() : labels };
  }

  private async validate(): Promise<Validated | undefined> {
    const { network, packed, selection, choices, normalization, spec } = this.preparation;
    if (selection.validation.length === 0) return undefined;
    const chosen = this.select(selection.validation);
    const outputs = await network.evaluate(
      packed.dataset,
      {
        ...chosen,
        batchSize: validationBatchSize,
        loss: choices.loss,
        precision: choices.precision,
        normalization,
      },
      { signal: this.hooks.signal },
    );
    if (spec.task === 'reconstruction') return { loss: outputs.loss, classified: null };
    const { output } = describe(this.preparation, {});
    const probabilities = toProbabilities(outputs.values, outputs.outputs, output);
    const metrics = evaluateClassification({
      probabilities,
      labels: chosen.labels,
      classes: packed.index.classes,
    });
    return { loss: outputs.loss, classified: { metrics, probabilities } };
  }

  /** Without validation images every epoch replaces the one before: there is nothing to choose by. */
  private isBest(epoch: number, validated: Validated | undefined): boolean {
    const { evalMetric } = this.settings;
    const sign = metricDirection(evalMetric) === 'min' ? -1 : 1;
    const figures = validated && {
      loss: validated.loss,
      classification: validated.classified?.metrics ?? null,
    };
    const value = figures ? metricValue(evalMetric, figures) : null;
    const score = value === null ? -Infinity : sign * value;
    const isBest = this.best === undefined || validated === undefined || score > this.best.value;
    if (isBest) this.best = { epoch, value: score, validated };
    return isBest;
  }

  private async saveBest(epoch: number): Promise<void> {
    await this.preparation.network.save(this.directory.best, this.modelMetadata(epoch));
  }

  private async saveLast(epoch: number): Promise<void> {
    await this.preparation.trainer.save(this.directory.last, this.modelMetadata(epoch));
  }

  private modelMetadata(epoch: number): Record<string, string> {
    const { packed } = this.preparation;
    return toMetadata(
      describe(this.preparation, {
        roentgen: packageVersion,
        torch: systemInfo().torchVersion,
        created: new Date().toISOString(),
        dataHash: packed.index.sourceHash,
        seed: this.settings.seed,
        epoch,
        epochs: this.settings.epochs,
        validationLoss: this.history[epoch - 1]?.valLoss ?? null,
      }),
    );
  }

  private report(epoch: number, progress: EpochProgress): void {
    const { epochs } = this.settings;
    const { step, steps, samples, loss, elapsedSeconds } = progress;
    const perStep = elapsedSeconds / step;
    this.hooks.onEvent?.({
      kind: 'step',
      ...{ epoch, epochs, step, steps, loss },
      imagesPerSecond: samples / elapsedSeconds,
      secondsLeft: perStep * (steps - step + steps * (epochs - epoch)),
    });
  }
}
