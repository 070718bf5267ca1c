/** What a measuring process is told, and what it answers. */
import type { ModelSpec } from '../models/index.js';
import type { Device, ErrorCode, LossName, NetworkShape, Precision } from '../native/index.js';
import type { Mode, Rival } from './options.js';

/** Who is measured. */
export type Side = 'roentgen' | Rival;

/** One thing that every side does. */
export interface Case {
  /** As the user named it. */
  model: string;
  spec: ModelSpec;
  shape: NetworkShape;
  /** That the network is trained with. */
  loss: LossName;
  mode: Mode;
  device: Device;
  precision: Precision;
  batchSize: number;
}

export interface MeasurePlan extends Omit<Case, 'model'> {
  side: Side;
  threads: number;
  warmUp: number;
  seconds: number;
  /** When the process was started: milliseconds since 1970. */
  startedAt: number;
  /** For onnxruntime: folder of its package, and the file of the model. */
  onnx?: { onnxruntime: string; model: string };
}

/** What one process measured. */
export interface Measured {
  /** That training changes; null where the side does not know, as the next. */
  parameters: number | null;
  /** Of one image. */
  macs: number | null;
  /** From the start of the process: libraries, network and data included. */
  firstResultSeconds: number;
  /** Largest resident memory of the process. */
  peakMegabytes: number;
  /** Of every timed step, in milliseconds. */
  stepMs: number[];
}

export interface Failure {
  code: ErrorCode;
  message: string;
}

/** The one line that a measuring program prints. */
export type Answer = Measured | { error: Failure };
