/** The runs in a folder: what each was asked to do, how far it came, and how good it is. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { PackedDataset, Problem } from '../data/index.js';
import { metricDirection, wilsonInterval } from '../evaluation/index.js';
import { RoentgenError } from '../native/index.js';
import type { EpochRecord } from './events.js';
import type { ResolvedSettings } from './options.js';
import {
  configFile,
  readRunFiles,
  summaryFile,
  type RunConfig,
  type RunEnd,
  type RunFiles,
} from './runFiles.js';

/** A run as its directory tells it: settings, epochs, and how it ended. */
export interface RunSummary extends RunConfig {
  name: string;
  path: string;
  /**
   * `interrupted` has no result yet: it trains, was stopped, or was killed. `untrained` has not even completed an
   * epoch.
   */
  state: 'complete' | 'interrupted' | 'untrained';
  /** When it began, in ISO 8601. */
  started: string;
  /** Of every epoch that is complete. */
  history: EpochRecord[];
  /**
   * The epoch whose model is kept. Null before the first; and, until the run is complete, where it is chosen by a
   * metric that the table of epochs does not have.
   */
  best: EpochRecord | null;
  /** As `roentgen evaluate` wrote it into the run, with Wilson's 95% interval; null where it has not. */
  test: (NonNullable<RunFiles['test']> & { interval: [low: number, high: number] }) | null;
  /** Null where it has not. */
  end: RunEnd | null;
  /** Median of the epochs; null before the first. */
  secondsPerEpoch: number | null;
}

/** The runs below folders, and what there could not be read as a run. */
export interface RunList {
  /** Newest first. */
  runs: RunSummary[];
  /** Folders without a run, and runs with a damaged file: half of its figures would pass for all. */
  problems: Problem[];
}

/**
 * The runs among `folders` and right below them.
 * @param folders run directories, and folders of them; default `runs`
 * @throws RoentgenError ERR_NOT_FOUND for a folder that is not there
 */
export async function listRuns(folders: readonly string[] = ['runs']): Promise<RunList> {
  const list: RunList = { runs: [], problems: [] };
  const paths = new Map<string, string>();
  for (const folder of folders) {
    const found = await findRuns(folder);
    for (const path of found) paths.set(resolve(path), path);
    if (found.length > 0) continue;
    const message = 'is no run, and there is none right below it';
    list.problems.push({ file: folder, code: 'ERR_NOT_FOUND', message });
  }
  for (const path of paths.values()) {
    try {
      list.runs.push(await summarize(path));
    } catch (error) {
      if (!(error instanceof RoentgenError)) throw error;
      list.problems.push({ file: path, code: error.code, message: error.message });
    }
  }
  list.runs.sort((a, b) => b.started.localeCompare(a.started));
  return list;
}

/**
 * What there is to know of one run.
 * @throws RoentgenError ERR_NOT_FOUND where the folder is no run; ERR_INVALID_CONFIG or ERR_INVALID_FILE naming a
 * damaged file
 */
export async function readRun(path: string): Promise<RunSummary> {
  try {
    return await summarize(path);
  } catch (error) {
    if (!(error instanceof RoentgenError)) throw error;
    const message =
      error.code === 'ERR_NOT_FOUND'
        ? `${path} is no run: it has no ${configFile}. Name a folder that \`roentgen train\` made.`
        : `${path}: ${error.message}`;
    throw new RoentgenError(error.code, message, { cause: error });
  }
}

/**
 * Whether images may judge a run's model by the division that the run made.
 * @param otherwise what the user may do besides naming the run's data
 * @throws RoentgenError ERR_MODEL_MISMATCH where the data are not the run's
 */
export function requireRunData(
  { index }: Pick<PackedDataset, 'index'>,
  run: RunSummary,
  data: string,
  otherwise: string,
): void {
  if (index.sourceHash === run.dataHash) return;
  throw new RoentgenError(
    'ERR_MODEL_MISMATCH',
    `${data} is not what ${run.path} was trained on (${run.data}): its model may have learned from the images that ` +
      `would judge it. Name the data of the run${otherwise}.`,
  );
}

/** Any of these tells a run from another folder, so that one without its config.yaml is not passed over. */
const ownFiles: readonly string[] = [configFile, summaryFile, 'last.safetensors'];

async function findRuns(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    const advice = 'name a run, or a folder of runs';
    throw new RoentgenError('ERR_NOT_FOUND', `The folder ${folder} cannot be read: ${advice}`, {
      cause,
    });
  });
  if (isRun(names)) return [folder];
  const paths = names.map((name) => join(folder, name));
  // What is no folder has no names.
  const inner = await Promise.all(paths.map((path) => readdir(path).catch(() => [])));
  return paths.filter((_, index) => isRun(inner[index] ?? []));
}

function isRun(names: readonly string[]): boolean {
  return names.some((name) => ownFiles.includes(name));
}

async function summarize(path: string): Promise<RunSummary> {
  const { config, history, result, test } = await readRunFiles(path);
  const { mtime } = await stat(join(path, configFile));
  const times = history.map(({ seconds }) => seconds).sort((a, b) => a - b);
  const state = history.length === 0 ? 'untrained' : 'interrupted';
  return {
    name: basename(resolve(path)),
    path,
    state: result ? 'complete' : state,
    started: mtime.toISOString(),
    ...config,
    history,
    best: result
      ? (history.find(({ epoch }) => epoch === result.bestEpoch) ?? null)
      : bestSoFar(history, config.settings),
    end: result,
    test: test && { ...test, interval: wilsonInterval(test.accuracy, test.samples) },
    secondsPerEpoch: times[Math.floor(times.length / 2)] ?? null,
  };
}

/** Figures that every epoch records, by the metric that may choose it. */
const recorded: Readonly<Partial<Record<ResolvedSettings['evalMetric'], keyof EpochRecord>>> = {
  loss: 'valLoss',
  accuracy: 'valAccuracy',
  auroc: 'valAuroc',
};

/** As a run chooses: of equal epochs the first, and the newest where nothing is validated. */
function bestSoFar(
  history: readonly EpochRecord[],
  { evalMetric }: ResolvedSettings,
): EpochRecord | null {
  const key = recorded[evalMetric];
  if (history.every(({ valLoss }) => valLoss === null)) return history.at(-1) ?? null;
  if (key === undefined) return null;
  const sign = metricDirection(evalMetric) === 'max' ? 1 : -1;
  const score = (record: EpochRecord): number => {
    const value = record[key];
    return value === null || Number.isNaN(value) ? -Infinity : sign * value;
  };
  return history.reduce((best, record) => (score(record) > score(best) ? record : best));
}
