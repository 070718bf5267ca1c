/** How fast architectures infer and train here, and how that compares with others: `roentgen benchmark` as a function. */
import { mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNewFolder, parseWith, systemInfo } from '../native/index.js';
import { throughputSvg } from '../report/index.js';
import { casesOf } from './cases.js';
import { writeFiles } from './files.js';
import { describeMachine, type MachineRow } from './machine.js';
import { benchmarkSchema, type BenchmarkOptions, type BenchmarkSettings } from './options.js';
import type { Answer, Case, Measured, Side } from './plan.js';
import { Measurer } from './measurer.js';
import { inTurn } from './processes.js';
import { findRivals, sidesOf } from './rivals.js';
import { rowsOf, type BenchmarkRow, type Entry } from './rows.js';
import { barsOf, speedCsv } from './tables.js';

/** Which side is measured now, and how far the benchmark has come. */
export interface BenchmarkEvent {
  kind: 'measuring';
  /** From 1. */
  round: number;
  rounds: number;
  /** Processes that have ended, of `processes`. */
  done: number;
  processes: number;
  model: string;
  mode: Case['mode'];
  device: Case['device'];
  precision: Case['precision'];
  batchSize: number;
  side: Side;
}

/** Progress and the signal of a benchmark of speed. */
export interface BenchmarkHooks {
  /** Hears of progress as it happens. */
  onEvent?: ((event: BenchmarkEvent) => void) | undefined;
  /** Ends the process that is measuring; nothing is written then. */
  signal?: AbortSignal | undefined;
}

/** How fast models are here, and where the tables are. */
export interface BenchmarkResult {
  machine: MachineRow[];
  settings: BenchmarkSettings;
  /** One for each case and side, in the order of the options. */
  rows: BenchmarkRow[];
  /** What was asked for and is not measured, and why. */
  notes: string[];
  /** The folder, and the files in it. */
  output: string;
  files: string[];
}

/**
 * Measures every model × device × precision × batch size × mode, each round in a fresh process, all in turn, so that
 * what slows the machine for a while slows all of them. A side that fails is a row with its error. Writes
 * `benchmark.csv` with timm's column names, `benchmark.json`, and `samples_per_second.svg` where anything was measured.
 * Infer is the compiled pass of predictions on decoded images; train a step of `roentgen train` with its default
 * optimizer, both on drawn images. See `benchmarkSchema` for ranges and defaults.
 * @throws RoentgenError ERR_INVALID_ARGUMENT; ERR_UNKNOWN_MODEL, ERR_INVALID_SPEC; ERR_NO_SPACE, ERR_IO; ABORT_ERR
 * @example const { rows } = await benchmark({ models: ['lmap3', 'resnet18'], precisions: ['fp32', 'bf16'] });
 */
export async function benchmark(
  options: BenchmarkOptions = {},
  { onEvent, signal }: BenchmarkHooks = {},
): Promise<BenchmarkResult> {
  const settings = parseWith(benchmarkSchema, options, 'options are');
  const cases = casesOf(settings);
  const rivals = await findRivals(settings.compare ?? [], cases);
  const output = await createNewFolder(settings.output);
  const folder = await mkdtemp(join(tmpdir(), 'roentgen-benchmark-'));
  try {
    const measurer = new Measurer({
      settings,
      rivals,
      threads: systemInfo().threads,
      folder,
      signal,
    });
    const entries = await measureAll(
      cases.flatMap((measured) => sidesOf(measured, rivals).map((side) => ({ measured, side }))),
      settings.rounds,
      ({ measured, side }) => measurer.measure(measured, side),
      onEvent,
    );
    const machine = describeMachine();
    if (rivals.pytorch !== undefined)
      machine.push({ what: "Python's PyTorch", value: rivals.pytorch });
    const result = { machine, settings, rows: rowsOf(entries), notes: rivals.notes };
    return { ...result, output, files: await writeResult(output, result) };
  } catch (error) {
    // Only where nothing was written.
    await rmdir(output).catch(() => undefined);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Subject = Pick<Entry, 'measured' | 'side'>;

/** A side that has failed is not asked again. */
async function measureAll(
  subjects: readonly Subject[],
  rounds: number,
  measure: (subject: Subject) => Promise<Answer>,
  onEvent: BenchmarkHooks['onEvent'],
): Promise<Entry[]> {
  const entries = subjects.map((subject): Entry => ({ ...subject, processes: [], error: null }));
  const processes = rounds * entries.length;
  let done = 0;
  await inTurn(
    rounds,
    entries.map((entry) => async (round) => {
      const { measured, side } = entry;
      const { model, mode, device, precision, batchSize } = measured;
      const about = { model, mode, device, precision, batchSize, side };
      onEvent?.({ kind: 'measuring', round: round + 1, rounds, done, processes, ...about });
      if (entry.error === null) note(entry, await measure(entry));
      done += 1;
    }),
  );
  return entries;
}

function note(entry: Entry, answer: Answer): void {
  if ('error' in answer) entry.error = answer.error;
  else entry.processes.push(answer satisfies Measured);
}

async function writeResult(
  output: string,
  result: Omit<BenchmarkResult, 'output' | 'files'>,
): Promise<string[]> {
  const bars = barsOf(result.rows);
  return writeFiles(output, {
    'benchmark.csv': speedCsv(result.rows),
    'benchmark.json': `${JSON.stringify(result, null, 2)}\n`,
    ...(bars.length > 0 ? { 'samples_per_second.svg': await throughputSvg(bars) } : {}),
  });
}
