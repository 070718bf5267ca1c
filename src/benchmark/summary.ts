/** What the processes of one side come to. */
import { median, quantile } from '../evaluation/index.js';
import type { Measured } from './plan.js';

/** Quantiles are interpolated as NumPy's default has them. */
export interface Figures {
  /** Images per second: the median of the processes. */
  samplesPerSecond: number;
  /** Its first and third quartile over the processes. */
  quartiles: readonly [low: number, high: number];
  /** Milliseconds of a step, over all processes. */
  stepMs: { mean: number; median: number; p95: number };
  /** Largest resident memory of any of the processes, in units of 10⁶ bytes. */
  peakMegabytes: number;
  /** From the start of the process to its first answer or changed weights: the median of the processes. */
  firstResultSeconds: number;
  /** Timed steps of all processes. */
  steps: number;
  /** Images per second of each process. */
  perRound: readonly number[];
}

export function summarize(processes: readonly Measured[], batchSize: number): Figures {
  const perRound = processes.map(({ stepMs }) => rateOf(stepMs, batchSize));
  const rates = ascending(perRound);
  const steps = ascending(processes.flatMap(({ stepMs }) => stepMs));
  return {
    samplesPerSecond: quantile(rates, 0.5),
    quartiles: [quantile(rates, 0.25), quantile(rates, 0.75)],
    stepMs: {
      mean: sum(steps) / steps.length,
      median: quantile(steps, 0.5),
      p95: quantile(steps, 0.95),
    },
    peakMegabytes: Math.max(...processes.map(({ peakMegabytes }) => peakMegabytes)),
    firstResultSeconds: median(processes.map(({ firstResultSeconds }) => firstResultSeconds)),
    steps: steps.length,
    perRound,
  };
}

/** Our images per second over theirs: the median of the rounds, in each of which both ran. */
export function ratioOf(ours: Figures, theirs: Figures): number {
  return median(ours.perRound.map((rate, round) => rate / (theirs.perRound[round] ?? NaN)));
}

/** Images per second. */
function rateOf(stepMs: readonly number[], batchSize: number): number {
  return (1000 * batchSize * stepMs.length) / sum(stepMs);
}

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
