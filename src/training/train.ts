/** A training run from data to a run directory, and one that was interrupted from there on. */
import { writeAudit } from '../data/index.js';
import { RoentgenError, setThreads, type Group } from '../native/index.js';
import { readOrigin } from './checkpoint.js';
import type { TrainHooks, RunResult } from './events.js';
import { announce, leading, LeadingTrainer } from './group/leader.js';
import { mlflowFromEnvironment } from './logging/mlflowSettings.js';
import type { TrainSettings } from './options.js';
import { prepare, type Places, type PrepareOptions } from './preparation.js';
import { Run } from './run.js';
import { defaultExperiment, RunDirectory } from './runDirectory.js';
import { parseSettings } from './settings.js';

/** Of a run that several processes share. */
export interface Shared {
  /** This process leads, and the others call `followTraining`. Default: this process is alone. */
  group?: Group | undefined;
}

export interface TrainOptions extends TrainSettings, Places, Shared {
  /** Parent of the run directory; default `runs`. */
  output?: string | undefined;
  /** Name of the run directory; default the model and the time. `-1`, `-2` … is added where it exists. */
  experiment?: string | undefined;
  /** Threads of one operation, for the whole process; default the number of cores. */
  threads?: number | undefined;
}

/**
 * Trains a network on labeled images and keeps the epoch that validates best.
 *
 * Writes a new run directory: `config.yaml`, `audit.json`, `summary.csv`, `curves.svg`, `model_best.safetensors`,
 * `last.safetensors`, `metrics.json`, and for a classifier what it says about the validation images at the best
 * epoch: `predictions.csv`, `classification_report.txt`, `confusion_matrix.csv|svg`, `roc.svg`; `images.csv` and
 * `checksums.json`, which `verify` compares with. The test split is not read.
 * Where `MLFLOW_TRACKING_URI` is set, an MLflow server is told of the run as well.
 * For research and education: not a medical device.
 *
 * @throws RoentgenError as `openData`; ERR_INVALID_ARGUMENT, ERR_UNKNOWN_MODEL, ERR_INVALID_SPEC,
 * ERR_INPUT_TOO_SMALL; ERR_SPLIT_LEAK, ERR_SINGLE_CLASS; ERR_DIVERGED where the loss is not finite; ERR_NO_SPACE,
 * ERR_IO; ABORT_ERR. Once the run directory exists, `details` has `runDirectory` and `history`.
 */
export async function train(options: TrainOptions, hooks: TrainHooks = {}): Promise<RunResult> {
  return leading(options.group, async () => begin(options, hooks));
}

async function begin(
  { output = 'runs', experiment, threads, group, ...options }: TrainOptions,
  hooks: TrainHooks,
): Promise<RunResult> {
  const { data, cacheDir, workers, keepGoing, ...rest } = options;
  const settings = parseSettings(rest);
  const tracking = mlflowFromEnvironment();
  if (threads !== undefined) setThreads(threads);
  const places = { data, cacheDir, workers, keepGoing };
  using preparation = await prepare(settings, places, hooks, trainerFor(group));
  if (group) await announce(group, settings, preparation);
  const name = experiment ?? defaultExperiment(preparation.spec.name, new Date());
  const directory = await RunDirectory.create(output, name);
  const run = new Run(settings, preparation, directory, hooks, tracking);
  return await guarded(run, async () => {
    await writeAudit(directory.path, preparation.audit);
    await run.start();
    return run.complete();
  });
}

function trainerFor(group: Group | undefined): PrepareOptions {
  return group ? { makeTrainer: (...parts) => new LeadingTrainer(...parts, group) } : {};
}

/** How a run that was interrupted goes on; all else is in its `config.yaml`. */
export interface ResumeOptions extends Pick<Places, 'cacheDir' | 'workers'>, Shared {
  /** Threads of one operation, for the whole process; default the run's own, which an equal result needs. */
  threads?: number | undefined;
}

/**
 * Goes on with a run that was interrupted, by Ctrl-C, SIGKILL or a power cut, from its `last.safetensors`: with the
 * same data, settings and number of threads, to weights that, on the CPU in fp32, equal those of an uninterrupted
 * run bit for bit. A run that was complete is judged and written once more.
 *
 * @throws RoentgenError as `train`; ERR_NOT_FOUND, ERR_INVALID_CONFIG where the folder is no run; ERR_INVALID_FILE,
 * ERR_MODEL_MISMATCH where its checkpoint does not fit; ERR_RESUME_MISMATCH where data, masks or architecture have changed
 */
export async function resumeTraining(
  runDirectory: string,
  options: ResumeOptions = {},
  hooks: TrainHooks = {},
): Promise<RunResult> {
  return leading(options.group, async () => resume(runDirectory, options, hooks));
}

async function resume(
  runDirectory: string,
  { cacheDir, workers, threads, group }: ResumeOptions,
  hooks: TrainHooks,
): Promise<RunResult> {
  const {
    data,
    settings: recorded,
    dataHash,
    maskHash,
    ...origin
  } = await readOrigin(runDirectory);
  const settings = parseSettings(recorded);
  const tracking = mlflowFromEnvironment();
  setThreads(threads ?? origin.threads);
  const places = { data, cacheDir, workers, keepGoing: origin.skipped };
  const { normalization } = origin;
  using preparation = await prepare(settings, places, hooks, {
    origin: { normalization },
    ...trainerFor(group),
  });
  const { sourceHash: now, maskHash: masksNow } = preparation.packed.index;
  if (masksNow !== maskHash) {
    throw new RoentgenError(
      'ERR_RESUME_MISMATCH',
      `The lung masks of ${data} have changed since ${runDirectory} began. Bring them back, or train anew.`,
    );
  }
  if (now !== dataHash) {
    throw new RoentgenError(
      'ERR_RESUME_MISMATCH',
      `${data} has changed since ${runDirectory} began: its hash was ${dataHash.slice(0, 12)} and is ` +
        `${now.slice(0, 12)}. Bring the data back, or train anew.`,
    );
  }
  if (group) await announce(group, settings, preparation);
  const directory = RunDirectory.existing(runDirectory);
  const run = new Run(settings, preparation, directory, hooks, tracking);
  return await guarded(run, async () => {
    await run.restore();
    return run.complete();
  });
}

async function guarded(run: Run, work: () => Promise<RunResult>): Promise<RunResult> {
  try {
    return await work();
  } catch (error) {
    throw await run.fail(error);
  }
}
