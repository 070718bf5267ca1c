/** What the files in a run directory say; a damaged one is an error that names it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { validationSources, type ValidationSource } from '../data/index.js';
import { RoentgenError, type ErrorCode, type Normalization } from '../native/index.js';
import type { EpochRecord } from './events.js';
import { trainOptionsSchema, type ResolvedSettings } from './options.js';
import { readHistory } from './runDirectory.js';

/** Images of a run, and where those it validates on came from. */
export interface RunImages {
  train: number;
  validation: number;
  validationFrom: ValidationSource;
}

export interface RunConfig {
  settings: ResolvedSettings;
  data: string;
  dataHash: string;
  images: RunImages;
  /** Of the images, per channel; null in a run of an early version. */
  normalization: Normalization | null;
  /** Files that were left out. */
  skipped: number;
  /** Of roentgen, torch and node. */
  versions: Record<string, string>;
}

/** How a run ended. */
export interface RunEnd {
  bestEpoch: number;
  stopReason: string;
  seconds: number;
}

export interface RunFiles {
  config: RunConfig;
  history: EpochRecord[];
  /** Null where the run has not ended. */
  result: RunEnd | null;
  /** Null where `roentgen evaluate` has not written it, or for a reconstruction. */
  test: { accuracy: number; samples: number; dataHash: string } | null;
}

/** Not strict: a run of another version can be listed, though perhaps not resumed. */
const configSchema = z.object({
  ...trainOptionsSchema.shape,
  data: z.string(),
  dataHash: z.string(),
  images: z.object({
    train: z.number(),
    validation: z.number(),
    validationFrom: z.enum(validationSources),
  }),
  resolved: z.object({
    normalization: z.object({ mean: z.array(z.number()), std: z.array(z.number()) }).optional(),
  }),
  skipped: z.array(z.unknown()),
  versions: z.record(z.string(), z.string()),
});

/** Zod's number is finite; a network that diverges in an epoch's last step validates to NaN or infinity. */
const validated = z.custom<number>((value) => typeof value === 'number').nullable();
const historySchema = z.array(
  z.object({
    epoch: z.int().positive(),
    trainLoss: z.number(),
    trainAccuracy: z.number().nullable(),
    valLoss: validated,
    valAccuracy: validated,
    valAuroc: validated,
    learningRate: z.number(),
    seconds: z.number(),
    imagesPerSecond: z.number(),
  }),
);

const resultSchema = z.object({
  bestEpoch: z.int().positive(),
  stopReason: z.string().default('completed'),
  seconds: z.number(),
});

const testSchema = z.object({
  samples: z.int().positive(),
  metrics: z.object({ accuracy: z.number().min(0).max(1) }).nullable(),
  dataHash: z.string(),
});

export const configFile = 'config.yaml';
export const summaryFile = 'summary.csv';

/**
 * Errors name the file alone: whoever asks for many runs says which.
 * @throws RoentgenError ERR_NOT_FOUND without a config.yaml, ERR_INVALID_CONFIG where it is damaged;
 * ERR_INVALID_FILE where a table or figures are; ERR_IO
 */
export async function readRunFiles(run: string): Promise<RunFiles> {
  const [config, history, result, test] = await Promise.all([
    readConfig(run),
    readHistory(run),
    readJson(run, 'metrics.json', resultSchema),
    readJson(run, 'evaluation-test/metrics.json', testSchema),
  ]);
  const checked = check(history, historySchema, summaryFile, 'ERR_INVALID_FILE');
  if (result && !checked.some(({ epoch }) => epoch === result.bestEpoch)) {
    throw damaged('ERR_INVALID_FILE', summaryFile, `the kept epoch ${result.bestEpoch} is missing`);
  }
  return {
    config,
    history: checked,
    result,
    test: test?.metrics
      ? { accuracy: test.metrics.accuracy, samples: test.samples, dataHash: test.dataHash }
      : null,
  };
}

async function readConfig(run: string): Promise<RunConfig> {
  const text = await readText(run, configFile);
  if (text === null) {
    const advice = 'bring it back, or remove what is left of the run';
    throw new RoentgenError('ERR_NOT_FOUND', `${configFile} is missing: ${advice}`);
  }
  const code = 'ERR_INVALID_CONFIG';
  const value = parse(text, parseYaml, configFile, code);
  const config = check(value, configSchema, configFile, code);
  const { data, dataHash, images, resolved, skipped, versions, ...settings } = config;
  return {
    ...{ settings, data, dataHash, images, versions },
    normalization: resolved.normalization ?? null,
    skipped: skipped.length,
  };
}

/** Null where there is no such file. */
async function readJson<T>(run: string, name: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readText(run, name);
  if (text === null) return null;
  const value = parse(text, JSON.parse, name, 'ERR_INVALID_FILE');
  return check(value, schema, name, 'ERR_INVALID_FILE');
}

async function readText(run: string, name: string): Promise<string | null> {
  try {
    return await readFile(join(run, name), 'utf8');
  } catch (cause) {
    // A file has no files in it.
    const missing: readonly unknown[] = ['ENOENT', 'ENOTDIR'];
    if (cause instanceof Error && 'code' in cause && missing.includes(cause.code)) return null;
    throw new RoentgenError('ERR_IO', `${name} cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

function parse(
  text: string,
  parser: (text: string) => unknown,
  name: string,
  code: ErrorCode,
): unknown {
  try {
    return parser(text);
  } catch (cause) {
    // YAML's reason goes on with the lines around the place.
    const [reason = ''] = reasonOf(cause).split(/:?\n/);
    throw damaged(code, name, reason, cause);
  }
}

function check<T>(value: unknown, schema: z.ZodType<T>, name: string, code: ErrorCode): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw damaged(code, name, [place, issue?.message].filter(Boolean).join(': '));
}

function damaged(code: ErrorCode, name: string, what: string, cause?: unknown): RoentgenError {
  return new RoentgenError(code, `${name} is damaged: ${what}`, { cause });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
