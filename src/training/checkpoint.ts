/** What `last.safetensors` says of the run beside weights and moments, so that the run can go on. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { firstDifference, type ModelSpec } from '../models/index.js';
import { RoentgenError, type Normalization } from '../native/index.js';
import { trainOptionsSchema, type TrainSettings } from './options.js';

const figure = z.number().nullable();

const recordSchema = z.object({
  epoch: z.number(),
  trainLoss: z.number(),
  trainAccuracy: figure,
  valLoss: figure,
  valAccuracy: figure,
  valAuroc: figure,
  learningRate: z.number(),
  seconds: z.number(),
  imagesPerSecond: z.number(),
});

const stateSchema = z.object({
  /** Of every epoch that is complete: trained, validated, saved. */
  history: z.array(recordSchema),
  /** By the run's metric; `score` is higher for better. */
  best: z.object({ epoch: z.number(), score: figure }).nullable(),
  /** Best epochs whose models are kept beside, best first. */
  kept: z.array(z.object({ epoch: z.number(), score: figure })),
  /** What hooks have multiplied the scheduled learning rate by. */
  rateFactor: z.number(),
  schedule: z.record(z.string(), figure),
  stopping: z.record(z.string(), figure),
  /** Of work so far, all sessions together. */
  seconds: z.number(),
});

export type RunState = z.infer<typeof stateSchema>;

const key = 'training';

/** As one entry of the file's metadata. */
export function toStateMetadata(state: RunState): Record<string, string> {
  return { [key]: JSON.stringify(state) };
}

/** @throws RoentgenError ERR_INVALID_FILE */
export function fromStateMetadata(
  metadata: Readonly<Record<string, string>>,
  path: string,
): RunState {
  const result = stateSchema.safeParse(parseJson(metadata[key]));
  if (result.success) return result.data;
  throw new RoentgenError(
    'ERR_INVALID_FILE',
    `${path}: holds no training state to resume from. Name a run that this version of roentgen wrote.`,
  );
}

/**
 * What differs may be nothing that weights show: a rate of dropout, an activation.
 * @param architecture the file's, as JSON
 * @throws RoentgenError ERR_RESUME_MISMATCH with the first difference
 */
export function checkArchitecture(
  architecture: string | undefined,
  spec: ModelSpec,
  runDirectory: string,
): void {
  const difference = firstDifference(parseJson(architecture), JSON.parse(JSON.stringify(spec)));
  if (difference === undefined) return;
  throw new RoentgenError(
    'ERR_RESUME_MISMATCH',
    `The architecture ${spec.name} has changed since ${runDirectory} began: ${difference}. ` +
      'Bring the file back, or train anew.',
  );
}

function parseJson(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a run's `config.yaml` says of how it began. */
export interface RunOrigin {
  data: string;
  settings: TrainSettings;
  dataHash: string;
  /** Of the lung masks, where the run sees the lungs alone. */
  maskHash: string | undefined;
  threads: number;
  /** Undefined for a run of an early version, which knew only the settings'. */
  normalization: Normalization | undefined;
  /** Whether files were left out, as `keepGoing` allows. */
  skipped: boolean;
}

const originSchema = z.looseObject({
  data: z.string(),
  dataHash: z.string(),
  maskHash: z.string().optional(),
  resolved: z.looseObject({
    threads: z.number(),
    normalization: z.object({ mean: z.array(z.number()), std: z.array(z.number()) }).optional(),
  }),
  skipped: z.array(z.unknown()),
});

/**
 * @throws RoentgenError ERR_NOT_FOUND where the folder is no run, ERR_INVALID_CONFIG where its settings cannot be read
 */
export async function readOrigin(runDirectory: string): Promise<RunOrigin> {
  const path = join(runDirectory, 'config.yaml');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new RoentgenError(
      'ERR_NOT_FOUND',
      `${runDirectory} is no run: ${path} cannot be read. Name a folder that \`roentgen train\` made.`,
      { cause },
    );
  });
  const config = parseYaml(text, path);
  const origin = originSchema.safeParse(config);
  if (!origin.success) throw invalidConfig(path, z.prettifyError(origin.error));
  const known = Object.entries(origin.data).filter(([name]) => name in trainOptionsSchema.shape);
  const settings = trainOptionsSchema.safeParse(Object.fromEntries(known));
  if (!settings.success) throw invalidConfig(path, z.prettifyError(settings.error));
  const { data, dataHash, maskHash, resolved, skipped } = origin.data;
  return {
    ...{ data, dataHash, maskHash, settings: settings.data },
    threads: resolved.threads,
    normalization: resolved.normalization,
    skipped: skipped.length > 0,
  };
}

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw invalidConfig(path, error instanceof Error ? error.message : String(error));
  }
}

function invalidConfig(path: string, what: string): RoentgenError {
  return new RoentgenError('ERR_INVALID_CONFIG', `${path}: ${what}`);
}
