/** A run between its epochs: what is trained next, what is kept, and when to stop. */
import { writeChecksums } from '../checksums/index.js';
import { metricDirection } from '../evaluation/index.js';
import { toMetadata, writeEvaluationFiles } from '../inference/index.js';
import {
  isAbort,
  Network,
  packageVersion,
  RoentgenError,
  systemInfo,
  writeFileAtomic,
} from '../native/index.js';
import { decideBest, judgeValidated } from './bestDecision.js';
import { BestModels } from './bestModels.js';
import {
  checkArchitecture,
  fromStateMetadata,
  toStateMetadata,
  type RunState,
} from './checkpoint.js';
import { enterSelection } from './discipline.js';
import { listUses } from './division.js';
import type { Checkpoint, EpochRecord, RunResult, StopReason, TrainHooks } from './events.js';
import { trainEpoch } from './epoch.js';
import { describeLoss } from './imbalance.js';
import type { MlflowSettings } from './logging/mlflowSettings.js';
import { RunLog } from './logging/runLog.js';
import type { ResolvedSettings } from './options.js';
import { describe, type Preparation } from './preparation.js';
import type { RunDirectory } from './runDirectory.js';
import { createSchedule, type Schedule } from './schedule.js';
import { Steering } from './steering.js';
import { Stopping } from './stopping.js';
import { monitored, scoreOf, validate, validationBatchSize, type Validated } from './validation.js';

export class Run {
  readonly schedule: Schedule;
  private readonly stopping: Stopping;
  readonly steering: Steering;
  private readonly bestModels: BestModels;
  private history: EpochRecord[] = [];
  private best: { epoch: number; score: number; validated?: Validated | undefined } | undefined;
  /** When this run would have begun, had it never been interrupted. */
  private begun = performance.now();

  constructor(
    readonly settings: ResolvedSettings,
    readonly preparation: Preparation,
    private readonly directory: RunDirectory,
    readonly hooks: TrainHooks,
    private readonly tracking: MlflowSettings | null,
  ) {
    const direction = metricDirection(settings.evalMetric);
    this.schedule = createSchedule(settings, { direction });
    this.stopping = new Stopping(settings, { direction });
    this.steering = new Steering(settings.lr);
    this.bestModels = new BestModels(directory.file('checkpoints'), settings.checkpointHist);
  }

  /** Writes `config.yaml`. */
  async start(): Promise<void> {
    const { data, packed, classes, selection, choices, normalization } = this.preparation;
    const { format } = packed.index;
    const { torchVersion, threads } = systemInfo();
    await this.directory.writeConfig({
      data,
      ...this.settings,
      resolved: {
        ...choices,
        threads,
        format,
        classes,
        normalization,
        loss: this.preparation.loss,
      },
      images: {
        train: selection.train.length,
        validation: selection.validation.length,
        validationFrom: selection.validationFrom,
      },
      dataHash: packed.index.sourceHash,
      ...(packed.index.maskHash === undefined ? {} : { maskHash: packed.index.maskHash }),
      skipped: packed.problems,
      versions: { roentgen: packageVersion, torch: torchVersion, node: process.version },
    });
    await this.saveLast();
  }

  /**
   * Takes up the state of `last.safetensors`. Throws ERR_MODEL_MISMATCH where its weights do not fit,
   * ERR_RESUME_MISMATCH where the architecture is another; ERR_INVALID_FILE, ERR_NOT_FOUND.
   */
  async restore(): Promise<void> {
    const { trainer, spec } = this.preparation;
    const metadata = await trainer.load(this.directory.last);
    checkArchitecture(metadata['architecture'], spec, this.directory.path);
    const state = fromStateMetadata(metadata, this.directory.last);
    this.history = state.history;
    this.best = state.best
      ? { epoch: state.best.epoch, score: state.best.score ?? -Infinity }
      : undefined;
    this.schedule.restore(state.schedule);
    this.stopping.restore(state.stopping);
    this.steering.restore(state.rateFactor);
    this.bestModels.restore(state.kept);
    this.begun = performance.now() - state.seconds * 1000;
  }

  /** Trains what is left of the run. */
  async complete(): Promise<RunResult> {
    this.announce();
    const log = await RunLog.open(this.directory.path, this.tracking, (message) => {
      this.hooks.onEvent?.({ kind: 'warning', message });
    });
    try {
      await log.start(this.preparation, this.settings, this.history);
      const result = await this.finish(await this.train(log));
      await log.close('FINISHED');
      return result;
    } catch (error) {
      // What went wrong first is what the caller must hear.
      await log.close(isAbort(error) ? 'KILLED' : 'FAILED').catch(() => undefined);
      throw error;
    }
  }

  private async train(log: RunLog): Promise<StopReason> {
    for (let epoch = this.history.length + 1; epoch <= this.settings.epochs; epoch += 1) {
      const stop = await this.epoch(epoch, log);
      if (stop !== null) return stop;
    }
    return 'completed';
  }

  /** Keeps what an interrupted run has, and adds to the error where it is. */
  async fail(error: unknown): Promise<unknown> {
    if (isAbort(error)) await this.saveLast();
    if (!(error instanceof RoentgenError)) return error;
    const details = { ...error.details, runDirectory: this.directory.path, history: this.history };
    const { code, message, cause, stack } = error;
    const told = new RoentgenError(code, message, { details, cause });
    if (stack !== undefined) told.stack = stack;
    return told;
  }

  private announce(): void {
    const { packed, classes, selection, choices, network, spec } = this.preparation;
    this.hooks.onEvent?.({
      kind: 'start',
      runDirectory: this.directory.path,
      model: spec.name,
      parameters: network.summary().total,
      classes: [...classes],
      train: selection.train.length,
      validation: selection.validation.length,
      validationFrom: selection.validationFrom,
      ...{ precision: choices.precision, device: choices.device },
      loss: describeLoss(this.preparation.loss, this.settings),
      threads: systemInfo().threads,
      fromCache: packed.fromCache,
      problems: packed.problems,
    });
  }

  private async epoch(epoch: number, log: RunLog): Promise<StopReason | null> {
    const begun = performance.now();
    const trained = await trainEpoch(epoch, this);
    const { validated, best } = await this.withAverage(() => this.judge(epoch));
    const record: EpochRecord = {
      epoch,
      trainLoss: trained.loss,
      trainAccuracy: Number.isNaN(trained.accuracy) ? null : trained.accuracy,
      valLoss: validated?.loss ?? null,
      valAccuracy: validated?.classified?.metrics.accuracy ?? null,
      valAuroc: validated?.classified?.metrics.auroc ?? null,
      learningRate: trained.rates.at(-1) ?? this.settings.lr,
      seconds: (performance.now() - begun) / 1000,
      imagesPerSecond: trained.samples / trained.seconds,
    };
    this.history.push(record);
    const value = monitored(this.settings.evalMetric, validated);
    this.schedule.observe(value);
    const stop = this.stopping.observe(value, this.seconds());
    // Before the checkpoint: a kill between the two repeats points instead of losing them.
    await log.epoch(record, trained, validated);
    await this.saveLast();
    await this.directory.writeHistory(this.history, this.best?.epoch ?? epoch);
    this.hooks.onEvent?.({ kind: 'epoch', record, epochs: this.settings.epochs, best });
    await this.steering.ask(this.hooks.onEpochEnd, record);
    return this.steering.stopped ? 'hook' : stop;
  }

  /** Does `work` with the averaged weights in the network, where an average is kept. */
  private async withAverage<T>(work: () => Promise<T>): Promise<T> {
    const { trainer } = this.preparation;
    if (this.settings.emaDecay === 0) return work();
    trainer.exchangeAverage();
    try {
      return await work();
    } finally {
      trainer.exchangeAverage();
    }
  }

  /** Validates, and saves the model where it is the best so far. Without validation images the newest is. */
  private async judge(epoch: number): Promise<{ validated: Validated | undefined; best: boolean }> {
    const { trainer, network } = this.preparation;
    const validated = await validate(this.preparation, trainer, this.hooks.signal);
    const { evalMetric } = this.settings;
    const score = scoreOf(evalMetric, monitored(evalMetric, validated));
    const best = this.best === undefined || validated === undefined || score > this.best.score;
    const metadata = this.modelMetadata(epoch, validated?.loss ?? null);
    await this.bestModels.offer(epoch, score, (path) => network.save(path, metadata));
    if (best) {
      this.best = { epoch, score, validated };
      await network.save(this.directory.best, metadata);
      await this.tellBest();
    }
    return { validated, best };
  }

  private async tellBest(): Promise<void> {
    await this.tell({ kind: 'best', path: this.directory.best, epoch: this.best?.epoch ?? 0 });
  }

  private async tell(checkpoint: Checkpoint): Promise<void> {
    await this.steering.ask(this.hooks.onCheckpoint, checkpoint);
  }

  private async finish(stopReason: StopReason): Promise<RunResult> {
    const { packed, selection } = this.preparation;
    const validated = await this.bestValidated();
    const classified = validated?.classified;
    await enterSelection(this.directory.best, this.preparation, this.history.length);
    const decisionRule = await decideBest(this.directory.best, this, validated);
    if (decisionRule) await this.tellBest();
    const judged = classified && judgeValidated(this.preparation, classified, decisionRule);
    const result: RunResult = {
      runDirectory: this.directory.path,
      model: this.directory.best,
      bestEpoch: this.best?.epoch ?? this.settings.epochs,
      checkpoints: this.bestModels.paths,
      stopReason,
      history: this.history,
      metrics: classified?.metrics ?? null,
      intervals: judged?.intervals ?? null,
      decisionRule,
      decision: judged?.decision ?? null,
      problems: packed.problems,
      seconds: this.seconds(),
    };
    const { evalMetric } = this.settings;
    const loss = describeLoss(this.preparation.loss, this.settings);
    const described = { ...result, split: 'validation', evalMetric, loss };
    await writeFileAtomic(
      this.directory.file('metrics.json'),
      `${JSON.stringify(described, null, 2)}\n`,
    );
    if (classified) {
      const positions = Int32Array.from(selection.validation);
      await writeEvaluationFiles(this.directory.path, {
        ...classified,
        index: packed.index,
        positions,
        dataset: packed.dataset,
      });
    }
    await this.seal();
    return result;
  }

  /** Keeps what `roentgen verify` compares with. */
  private async seal(): Promise<void> {
    const { packed, selection, choices } = this.preparation;
    const { sourceHash: dataHash, maskHash, names } = packed.index;
    const { precision, device } = choices;
    await writeChecksums(this.directory.path, {
      modelFile: this.directory.best,
      images: listUses(packed.index, selection),
      data: { dataHash, ...(maskHash === undefined ? {} : { maskHash }), images: names.length },
      inference: { precision, device, batchSize: validationBatchSize, tta: 'none' },
      reading: {},
    });
  }

  /** What the best epoch said; after a resume that is asked of its model again. */
  private async bestValidated(): Promise<Validated | undefined> {
    if (this.best === undefined || this.best.validated) return this.best?.validated;
    using network = await Network.load(this.directory.best);
    return await validate(this.preparation, network, this.hooks.signal);
  }

  private seconds(): number {
    return (performance.now() - this.begun) / 1000;
  }

  private async saveLast(): Promise<void> {
    const { epoch, score } = this.best ?? { epoch: 0, score: -Infinity };
    const state: RunState = {
      history: this.history,
      best: this.best ? { epoch, score: Number.isFinite(score) ? score : null } : null,
      schedule: this.schedule.state(),
      stopping: this.stopping.state(),
      kept: this.bestModels.state(),
      rateFactor: this.steering.rateFactor,
      seconds: this.seconds(),
    };
    const done = this.history.length;
    await this.preparation.trainer.save(this.directory.last, {
      ...this.modelMetadata(done, this.history[done - 1]?.valLoss ?? null),
      ...toStateMetadata(state),
    });
    await this.tell({ kind: 'last', path: this.directory.last, epoch: done });
  }

  private modelMetadata(epoch: number, validationLoss: number | null): Record<string, string> {
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
        validationLoss,
      }),
    );
  }
}
