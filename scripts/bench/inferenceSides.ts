/** Which configurations of which engines are measured against each other. */
import { availableParallelism } from 'node:os';
import type { Precision } from '../../src/native/index.js';
import type { EngineSettings } from './programs/engines.js';
import type { InferenceResult } from './programs/infer.js';

/** The bars are for two cores. */
export const cores = Math.min(2, availableParallelism());
/** Images of a call where throughput is measured. */
export const batch = 16;

/** One configuration of one engine, measured in a process of its own. */
export interface Side {
  engine: EngineSettings['engine'];
  precision: Precision;
  /** Calls computed at the same time; default 1, with all cores. */
  workers?: number;
  /** Images in a call; default a batch. */
  perCall?: number;
  /** Calls that wait for their answer; default 1. */
  inFlight?: number;
  /** Default both. */
  measures?: 'latency' | 'throughput';
  /** Whether another process keeps a core busy; default false. */
  neighbor?: boolean;
}

/** The predictor makes batches of single calls: as many wait as fill one for each core. */
const ours = { engine: 'predictor', perCall: 1, inFlight: batch * cores } as const;
const theirs = { engine: 'onnxruntime', precision: 'fp32' } as const;
const beside = { measures: 'latency', neighbor: true } as const;

const fp32 = {
  ours: { ...ours, precision: 'fp32' },
  onnxruntime: theirs,
  native: { engine: 'native', precision: 'fp32' },
  /** Not what people write, but its best where many ask at once. */
  onnxruntimeApart: { ...theirs, workers: cores, inFlight: cores, measures: 'throughput' },
  oursBusy: { ...ours, ...beside, precision: 'fp32' },
  onnxruntimeBusy: { ...theirs, ...beside },
} as const satisfies Readonly<Record<string, Side>>;

/** Measured where the CPU has instructions for it. */
const bf16 = {
  oursBf16: { ...ours, precision: 'bf16' },
  nativeBf16: { engine: 'native', precision: 'bf16' },
  oursBf16Busy: { ...ours, ...beside, precision: 'bf16' },
} as const satisfies Readonly<Record<string, Side>>;

export type Results = Readonly<
  Partial<Record<keyof typeof fp32 | keyof typeof bf16, readonly InferenceResult[]>>
>;

export function sidesFor(best: Precision): Readonly<Record<string, Side>> {
  return best === 'bf16' ? { ...fp32, ...bf16 } : fp32;
}
