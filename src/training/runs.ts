/** The runs in a folder: what each was asked to do, how far it came, and how good it is. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { metricDirection } from '../evaluation/index.js';
import { RoentgenError } from '../native/index.js';
import { readOrigin, type RunOrigin } from './checkpoint.js';
import type { EpochRecord } from './events.js';
import { readHistory } from './runDirectory.js';
import { parseSettings } from './settings.js';
import type { ResolvedSettings } from './options.js';

export interface RunSummary {
  name: string;
  path: string;
  /** `interrupted` has no result yet: it trains, was stopped, or was killed. */
  state: 'complete' | 'interrupted';
  /** When it began, in ISO 8601. */
  started: string;
  settings: ResolvedSettings;
  /** Where its images are, and what tells whether they are the same as another's. */
  data: string;
  dataHash: string;
  /** Of every epoch that is complete. */
  history: EpochRecord[];
  /** The epoch whose model is kept; null before the first. */
  best: EpochRecord | null;
  /** As `roentgen evaluate` wrote it into the run; null where it has not. */
  test: { accuracy: number; samples: number } | null;
  /** Median of the epochs; null before the first. */
  secondsPerEpoch: number | null;
}

export interface RunList {
  /** Newest first. */
  runs: RunSummary[];
  /** Folders that look like runs and cannot be read as such. */
  problems: { file: string; code: RoentgenError['code']; message: string }[];
}

/**
 * The runs among `folders` and right below them.
 * @throws RoentgenError ERR_NOT_FOUND for a folder that is not there
 */
export async function listRuns(folders: readonly string[] = ['runs']): Promise<RunList> {
  const found = await Promise.all(folders.map(findRuns));
  const paths = [...new Set(found.flat())];
  const list: RunList = { runs: [], problems: [] };
  for (const path of paths) {
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

const configFile = 'config.yaml';

async function findRuns(folder: string): Promise<string[]> {
  if (await exists(join(folder, configFile))) return [folder];
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new RoentgenError(
      'ERR_NOT_FOUND',
      `The folder ${folder} cannot be read: name a run, or a folder of runs`,
      { cause },
    );
  });
  const paths = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));
  const runs = await Promise.all(paths.map((path) => exists(join(path, configFile))));
  return paths.filter((_, index) => runs[index]);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function summarize(path: string): Promise<RunSummary> {
  const [origin, history, result, evaluation, { mtime }] = await Promise.all([
    readOrigin(path),
    readHistory(path),
    readJson(join(path, 'metrics.json'), resultSchema),
    readJson(join(path, 'evaluation-test', 'metrics.json'), evaluationSchema),
    stat(join(path, configFile)),
  ]);
  const settings = parseSettings(origin.settings);
  const times = history.map(({ seconds }) => seconds).sort((a, b) => a - b);
  return {
    name: basename(path),
    path,
    state: result ? 'complete' : 'interrupted',
    started: mtime.toISOString(),
    settings,
    ...pick(origin),
    history,
    best: history.find(({ epoch }) => epoch === result?.bestEpoch) ?? bestOf(history, settings),
    test: evaluation
      ? { accuracy: evaluation.metrics.accuracy, samples: evaluation.samples }
      : null,
    secondsPerEpoch: times[Math.floor(times.length / 2)] ?? null,
  };
}

function pick({ data, dataHash }: RunOrigin): Pick<RunSummary, 'data' | 'dataHash'> {
  return { data, dataHash };
}

/** Figures that every epoch records, by the metric that may choose it; by any other the loss must do. */
const recorded: Readonly<Record<string, 'valLoss' | 'valAccuracy' | 'valAuroc'>> = {
  loss: 'valLoss',
  accuracy: 'valAccuracy',
  auroc: 'valAuroc',
};

/** Of a run without a result: the best epoch so far. */
function bestOf(
  history: readonly EpochRecord[],
  { evalMetric }: ResolvedSettings,
): EpochRecord | null {
  const metric = evalMetric in recorded ? evalMetric : 'loss';
  const key = recorded[metric] ?? 'valLoss';
  const sign = metricDirection(metric) === 'max' ? 1 : -1;
  const score = (record: EpochRecord): number => sign * (record[key] ?? -sign * Infinity);
  return history.reduce<EpochRecord | null>(
    (best, record) => (best === null || score(record) > score(best) ? record : best),
    null,
  );
}

const resultSchema = z.object({ bestEpoch: z.number() });
const evaluationSchema = z.object({
  samples: z.number(),
  metrics: z.object({ accuracy: z.number() }),
});

/** Null where the file is not there, or not what it should be. */
async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(path, 'utf8').catch(() => 'null');
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
