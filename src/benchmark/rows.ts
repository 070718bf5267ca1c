/** Measurements as rows: one for each case and side. */
import type { Device, Precision } from '../native/index.js';
import type { Mode } from './options.js';
import type { Case, Failure, Measured, Side } from './plan.js';
import { ratioOf, summarize, type Figures } from './summary.js';

/** One case of one side: speed, memory, and the size of the model. */
export interface BenchmarkRow {
  model: string;
  mode: Mode;
  device: Device;
  precision: Precision;
  batchSize: number;
  side: Side;
  image: { channels: number; height: number; width: number };
  /** That training changes: without the statistics of batch normalization. Null where no side could build the network. */
  parameters: number | null;
  /** Multiply-accumulates of one image; null as `parameters`. */
  macs: number | null;
  /** Null where it failed. */
  figures: Figures | null;
  /** Our images per second over its own, the median of the rounds of this session; null for ours and what failed. */
  ratio: number | null;
  error: Failure | null;
}

/** The processes of one side in one case. */
export interface Entry {
  measured: Case;
  side: Side;
  processes: Measured[];
  error: Failure | null;
}

export function rowsOf(entries: readonly Entry[]): BenchmarkRow[] {
  return entries.map((entry) => {
    const { measured, side } = entry;
    const { model, mode, device, precision, batchSize, shape } = measured;
    const { channels, height, width } = shape;
    const ours = entries.find((other) => other.measured === measured && other.side === 'roentgen');
    const sizes = sizesOf(entries.filter((other) => other.measured.model === model));
    const error = entry.error ?? differing(entry, sizes.parameters);
    const figures = error === null ? summarize(entry.processes, batchSize) : null;
    const reference =
      side === 'roentgen' || ours === undefined || ours.error !== null
        ? null
        : summarize(ours.processes, batchSize);
    return {
      ...{ model, mode, device, precision, batchSize, side, image: { channels, height, width } },
      ...sizes,
      figures,
      ratio: figures && reference && ratioOf(reference, figures),
      error,
    };
  });
}

/** As our own network has them, whichever case it could be built in. */
function sizesOf(entries: readonly Entry[]): Pick<BenchmarkRow, 'parameters' | 'macs'> {
  const processes = entries.flatMap((entry) => entry.processes);
  const known = processes.find(({ macs }) => macs !== null) ?? processes[0];
  return { parameters: known?.parameters ?? null, macs: known?.macs ?? null };
}

/** A ratio between different networks would say nothing. */
function differing({ side, processes }: Entry, parameters: number | null): Failure | null {
  const theirs = processes[0]?.parameters ?? null;
  if (theirs === null || parameters === null || theirs === parameters) return null;
  return {
    code: 'ERR_MODEL_MISMATCH',
    message: `${side} built a network of ${theirs} parameters, and ours has ${parameters}: they are not the same`,
  };
}
