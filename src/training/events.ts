/** What a training run tells while it goes on, and what it hands back. */
import type { Problem } from '../data/index.js';
import type { ClassificationMetrics } from '../evaluation/index.js';
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

export type TrainEvent =
  | { kind: 'packing'; done: number; total: number; imagesPerSecond: number }
  | {
      kind: 'start';
      runDirectory: string;
      model: string;
      parameters: number;
      classes: string[];
      train: number;
      validation: number;
      validationFrom: 'train' | 'val' | 'none';
      precision: Precision;
      device: Device;
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
  | { kind: 'epoch'; record: EpochRecord; epochs: number; best: boolean };

export interface TrainHooks {
  onEvent?: ((event: TrainEvent) => void) | undefined;
  /** Aborting saves the last state and rejects with ABORT_ERR; `details` has `runDirectory` and `history`. */
  signal?: AbortSignal | undefined;
}

/** Why a run ended; an interrupted one rejects instead. */
export type StopReason = 'completed' | 'early-stopping' | 'max-time';

export interface TrainResult {
  runDirectory: string;
  /** Path of the best epoch's model file. */
  model: string;
  bestEpoch: number;
  stopReason: StopReason;
  history: EpochRecord[];
  /** On the validation images, at the best epoch; null without validation or classes. */
  metrics: ClassificationMetrics | null;
  problems: Problem[];
  seconds: number;
}
