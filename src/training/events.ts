/** What a training run tells while it goes on, and what it hands back. */
import type { Audit, Problem, ValidationSource } from '../data/index.js';
import type {
  ClassificationMetrics,
  DecisionEvaluation,
  DecisionRule,
  MetricIntervals,
} from '../evaluation/index.js';
import type { Device, Precision } from '../native/index.js';

/** One epoch's figures. Null where there is no such figure: no validation images, or no classes. */
export interface EpochRecord {
  /** From 1. */
  epoch: number;
  trainLoss: number;
  /** Of the training batches as they were seen, dropout and all. */
  trainAccuracy: number | null;
  valLoss: number | null;
  valAccuracy: number | null;
  valAuroc: number | null;
  learningRate: number;
  /** Training and validation together. */
  seconds: number;
  /** Of training alone. */
  imagesPerSecond: number;
}

/** What a run tells as it goes on, by `kind`. */
export type TrainEvent =
  | { kind: 'packing'; done: number; total: number; imagesPerSecond: number }
  /** Some seconds for thousands of images; then what came of it. */
  | { kind: 'auditing'; images: number }
  | { kind: 'audit'; audit: Audit }
  | {
      kind: 'start';
      runDirectory: string;
      model: string;
      parameters: number;
      classes: string[];
      train: number;
      validation: number;
      validationFrom: ValidationSource;
      precision: Precision;
      device: Device;
      /** In words, with weights, smoothing and sampler where they are not plain. */
      loss: string;
      threads: number;
      /** Whether the packed dataset was there already. */
      fromCache: boolean;
      problems: Problem[];
    }
  | {
      kind: 'step';
      epoch: number;
      epochs: number;
      step: number;
      steps: number;
      loss: number;
      imagesPerSecond: number;
      /** Estimate for the rest of the run. */
      secondsLeft: number;
    }
  | { kind: 'epoch'; record: EpochRecord; epochs: number; best: boolean }
  /** Nothing that training needs: a log that cannot be delivered, say. */
  | { kind: 'warning'; message: string };

/** One update of the weights. */
export interface StepReport {
  /** From 1. */
  epoch: number;
  /** Steps done in this epoch, of `steps`. */
  step: number;
  steps: number;
  /** Of the last batch. */
  loss: number;
  /** Of the epoch so far. */
  meanLoss: number;
  learningRate: number;
}

/** A model file that was written just now. */
export interface Checkpoint {
  /** `last` goes on where the run stands, `best` is the best epoch's model. */
  kind: 'last' | 'best';
  path: string;
  /** Complete epochs. */
  epoch: number;
}

/** What a hook may ask for. */
export interface HookAnswer {
  /** From now on, in place of the scheduled one; the schedule goes on in proportion. */
  learningRate?: number | undefined;
  /** End the run here. What was trained is judged and kept as after a whole epoch. */
  stop?: boolean | undefined;
}

/** What a hook returns: nothing, or an answer, at once or later. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a function that returns nothing is a hook too
type HookReturn = HookAnswer | undefined | void;

/** A function that training calls and waits for. */
export type Hook<T> = (report: T) => HookReturn | Promise<HookReturn>;

/** Training waits for what a hook returns. What a hook throws ends the run with that error. */
export interface TrainHooks {
  /** Hears of progress as it happens. */
  onEvent?: ((event: TrainEvent) => void) | undefined;
  /** After every update. Each crosses from native code and back: some 0.1 ms. */
  onStep?: Hook<StepReport> | undefined;
  /** After validation, with the epoch's checkpoint on disk. */
  onEpochEnd?: Hook<EpochRecord> | undefined;
  /** After every model file that is written. */
  onCheckpoint?: Hook<Checkpoint> | undefined;
  /** Aborting saves the last state and rejects with ABORT_ERR; `details` has `runDirectory` and `history`. */
  signal?: AbortSignal | undefined;
}

/** Why a run ended; an interrupted one rejects instead. */
export type StopReason = 'completed' | 'early-stopping' | 'max-time' | 'hook';

/** What came of a run, and where its files are. */
export interface RunResult {
  runDirectory: string;
  /** Path of the best epoch's model file. */
  model: string;
  bestEpoch: number;
  /** Paths of the best epochs' models, best first, where `checkpointHist` asks for them. */
  checkpoints: string[];
  stopReason: StopReason;
  history: EpochRecord[];
  /** On the validation images, at the best epoch; null without validation or classes. */
  metrics: ClassificationMetrics | null;
  /** Of the metrics, 95%. The epoch was chosen on the same images, so that its figures lean to the good side. */
  intervals: MetricIntervals | null;
  /** How the best model answers, fitted on the validation images; null without validation or classes. */
  decisionRule: DecisionRule | null;
  /** What the rule makes of the images that it was fitted on. */
  decision: DecisionEvaluation | null;
  problems: Problem[];
  seconds: number;
}
