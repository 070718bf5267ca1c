/** How well architectures learn the same images with the same settings, and what an epoch takes. */
import { rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { z } from 'zod';
import type { Problem } from '../data/index.js';
import { median } from '../evaluation/index.js';
import { loadModelSpec } from '../models/index.js';
import { createNewFolder, RoentgenError, type ErrorCode, parseWith } from '../native/index.js';
import { train, type RunResult, type TrainEvent } from '../training/index.js';
import { accuracySchema } from './accuracyOptions.js';
import type { AccuracyRow } from './accuracyRow.js';
import { accuracyCsv } from './accuracyTables.js';
import { toFailure } from './failure.js';
import { writeFiles } from './files.js';
import { describeMachine, type MachineRow } from './machine.js';
import type { Failure } from './plan.js';

/** Which models are trained on which images, and with which settings. */
export type AccuracyOptions = z.input<typeof accuracySchema> & {
  /** Folder of packed datasets; default as `train`. */
  cacheDir?: string | undefined;
};

/** What training tells, and of which model. */
export type AccuracyEvent = { model: string } & (
  | { kind: 'model'; index: number; models: number }
  | { kind: 'training'; event: TrainEvent }
  | { kind: 'failed'; error: Failure }
);

/** Progress and the signal of a benchmark of accuracy. */
export interface AccuracyHooks {
  /** Hears of progress as it happens. */
  onEvent?: ((event: AccuracyEvent) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** How well models learn the same images, and where the tables are. */
export interface AccuracyResult {
  machine: MachineRow[];
  data: string;
  epochs: number;
  /** One for each model, in the order of the options. */
  rows: AccuracyRow[];
  /** The folder, and the files in it beside `runs`. */
  output: string;
  files: string[];
  /** Images that could not be used. */
  problems: Problem[];
}

/**
 * Trains every model on the same images, split and settings: the defaults of `train`. The figures are those of the
 * validation images, which also chose the epoch, so that they lean to the good side; the test split is not read. A model
 * that cannot be trained is a row with its error; images that cannot be used end it. Writes `accuracy.csv` and `accuracy.json`, and each run to `runs`.
 * For research and education: not a medical device.
 * @throws RoentgenError ERR_INVALID_ARGUMENT; ERR_UNKNOWN_MODEL, ERR_INVALID_SPEC; as `train` for the images;
 * ERR_NO_SPACE, ERR_IO; ABORT_ERR
 */
export async function benchmarkAccuracy(
  { cacheDir, ...options }: AccuracyOptions,
  { onEvent, signal }: AccuracyHooks = {},
): Promise<AccuracyResult> {
  const { models, imgSize, epochs, data, ...settings } = parseWith(
    accuracySchema,
    options,
    'options are',
  );
  const unique = [...new Set(models)];
  for (const model of unique) loadModelSpec(model); // a wrong name is told before hours of training
  const output = await createNewFolder(settings.output);
  const rows: AccuracyRow[] = [];
  const problems = new Map<string, Problem>();
  for (const [index, model] of unique.entries()) {
    onEvent?.({ kind: 'model', model, index, models: unique.length });
    const seen = new Seen();
    try {
      const result = await train(
        {
          ...{ data, model, imgSize, epochs, cacheDir },
          output: join(output, 'runs'),
          experiment: basename(model, '.json'),
        },
        {
          signal,
          onEvent: (event) => {
            seen.take(event);
            onEvent?.({ kind: 'training', model, event });
          },
        },
      );
      rows.push(rowOf(model, result, seen));
      for (const problem of result.problems) problems.set(problem.file, problem);
    } catch (cause) {
      if (!concernsModel(cause)) {
        await rmdir(output).catch(() => undefined); // only where nothing was written
        throw cause;
      }
      const error = toFailure(cause);
      onEvent?.({ kind: 'failed', model, error });
      rows.push({ ...unknown, model, error });
    }
  }
  const result = { machine: describeMachine(), data, epochs, rows };
  const files = {
    'accuracy.csv': accuracyCsv(rows),
    'accuracy.json': `${JSON.stringify(result, null, 2)}\n`,
  };
  return {
    ...result,
    output,
    files: await writeFiles(output, files),
    problems: [...problems.values()],
  };
}

/** What may befall one model and not the next; all else is about the images, the disk or the user. */
const modelErrors: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_INPUT_TOO_SMALL',
  'ERR_INVALID_ARGUMENT',
  'ERR_UNSUPPORTED',
  'ERR_DIVERGED',
  'ERR_OUT_OF_MEMORY',
  'ERR_TORCH',
]);

function concernsModel(error: unknown): boolean {
  return error instanceof RoentgenError && modelErrors.has(error.code);
}

/** What a run tells when it starts. */
class Seen {
  parameters: number | null = null;
  validation: number | null = null;

  take(event: TrainEvent): void {
    if (event.kind !== 'start') return;
    this.parameters = event.parameters;
    this.validation = event.validation;
  }
}

const unknown: Omit<AccuracyRow, 'model'> = {
  accuracy: null,
  auroc: null,
  secondsPerEpoch: null,
  parameters: null,
  bestEpoch: null,
  validation: null,
  runDirectory: null,
  error: null,
};

function rowOf(model: string, result: RunResult, { parameters, validation }: Seen): AccuracyRow {
  const { intervals, history, bestEpoch, runDirectory } = result;
  return {
    model,
    accuracy: intervals?.overall.accuracy ?? null,
    auroc: intervals?.overall.auroc ?? null,
    secondsPerEpoch: median(history.map(({ seconds }) => seconds)),
    ...{ parameters, bestEpoch, validation, runDirectory, error: null },
  };
}
