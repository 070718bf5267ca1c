/** What is probed: the images, who learns and who judges, and the run whose part they share. */
import { extname } from 'node:path';
import {
  openData,
  samplesOf,
  scanSource,
  selectSplits,
  type Fit,
  type PackedDataset,
  type Problem,
  type Sample,
  type ValidationSource,
} from '../data/index.js';
import { loadModel, type Model } from '../inference/index.js';
import { invalidArgument, RoentgenError } from '../native/index.js';
import { readRun, requireRunData, type RunSummary } from '../training/index.js';
import { readHeads, type FileHead } from './fileHeads.js';
import { side, type Material, type ProbeEvent } from './types.js';

/** Which images are probed, and which model beside. */
export interface ProbeOptions {
  /** Folder, manifest or packed file; with `model`, the data of that run. */
  data: string;
  /** A run directory: its model is judged beside the probes, on the run's own validation part. */
  model?: string | undefined;
  /** Folder of lung masks, white on black, with the images' relative names; default the manifest's column `mask`. */
  masks?: string | undefined;
  /** Share of each class that the probes are judged on, in whole patients; default 0.25. Not with `model`. */
  valFraction?: number | undefined;
  /** Of the split, the networks and the bootstrap; default 42. Not with `model`. */
  seed?: number | undefined;
  /** See `scanSource`. Not with `model`. */
  classes?: readonly string[] | undefined;
  labelsFrom?: string | undefined;
  groupBy?: string | undefined;
  cacheDir?: string | undefined;
  workers?: number | undefined;
  keepGoing?: boolean | undefined;
}

/** Progress and the signal of probing. */
export interface ProbeHooks {
  /** Hears of progress as it happens. */
  onEvent?: ((event: ProbeEvent) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Frees the images and the model when it is disposed of. */
export interface Subject extends Disposable {
  material: Material;
  validationFrom: ValidationSource;
  seed: number;
  run: { path: string; model: Model } | null;
  /** The images as the model takes them. */
  openForModel: (model: Model) => Promise<PackedDataset>;
  problems: Problem[];
}

/** More than a run takes: probes need fewer images to learn from than to be judged on. */
const defaultFraction = 0.25;
const defaultSeed = 42;
/** Of larger collections every second, third … image: a lesson has 41,000 looks at images. */
const mostLearned = 20_000;
const settledByRun = ['valFraction', 'seed', 'classes', 'labelsFrom', 'groupBy'] as const;

/** How the images are labeled, grouped and divided. */
interface Division {
  seed: number;
  valFraction: number | undefined;
  fit: Fit;
  reading: Pick<ProbeOptions, 'classes' | 'labelsFrom' | 'groupBy'>;
}

/**
 * @throws RoentgenError as `openData`; ERR_INVALID_ARGUMENT; ERR_NOT_FOUND, ERR_INVALID_CONFIG for a run that is none;
 * ERR_MODEL_MISMATCH where the data are not the run's; ERR_UNSUPPORTED for a reconstruction; ERR_EMPTY_DATASET without
 * a validation part; ERR_SINGLE_CLASS where that has one class only
 */
export async function openSubject(options: ProbeOptions, hooks: ProbeHooks): Promise<Subject> {
  if (options.model !== undefined) refuseSettled(options);
  const summary = options.model === undefined ? null : await readRun(options.model);
  const model = summary && (await loadClassifier(summary.path));
  try {
    const { fit, reading, ...split } = divide(options, summary, model);
    const { cacheDir, workers, keepGoing, data } = options;
    const opening = {
      ...reading,
      ...{ cacheDir, workers, keepGoing, signal: hooks.signal },
      onProgress: (progress: { done: number; total: number; imagesPerSecond: number }) =>
        hooks.onEvent?.({ kind: 'packing', ...progress }),
    };
    const packed = await openData(data, { channels: 1, height: side, width: side, fit }, opening);
    try {
      if (summary) requireRunData(packed, summary, data, ', or leave the run out');
      const { validationFrom, ...chosen } = choose(packed, split, data);
      const { masks = summary?.settings.masks } = options;
      const files = await findFiles(data, { ...reading, masks }, packed, chosen.positions);
      return {
        material: { ...chosen, files, heads: headsOf(files, hooks.signal) },
        ...{ validationFrom, seed: split.seed, problems: packed.problems },
        run: summary && model && { path: summary.path, model },
        openForModel: async ({ format, classes }) =>
          openData(data, format, {
            ...opening,
            classes: [...classes],
            masks: format.lungs && masks,
          }),
        [Symbol.dispose]: () => {
          packed.dataset.dispose();
          model?.dispose();
        },
      };
    } catch (error) {
      packed.dataset.dispose();
      throw error;
    }
  } catch (error) {
    model?.dispose();
    throw error;
  }
}

/** A run has settled how its images are read and divided. */
function refuseSettled(options: ProbeOptions): void {
  const given = settledByRun.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw invalidArgument(given, 'nothing with a model, whose run has settled it', options[given]);
}

async function loadClassifier(run: string): Promise<Model> {
  const model = await loadModel(run);
  if (model.task === 'classification') return model;
  model.dispose();
  throw new RoentgenError(
    'ERR_UNSUPPORTED',
    `${run} reconstructs images and tells no classes apart: leave it out, or name a classifier's run.`,
  );
}

function divide(options: ProbeOptions, run: RunSummary | null, model: Model | null): Division {
  if (run === null) {
    const { seed = defaultSeed, valFraction = defaultFraction } = options;
    const { classes, labelsFrom, groupBy } = options;
    return { seed, valFraction, fit: 'fill', reading: { classes, labelsFrom, groupBy } };
  }
  const { seed, valFraction, labelsFrom, groupBy, fit } = run.settings;
  return { seed, valFraction, fit, reading: { classes: model?.classes, labelsFrom, groupBy } };
}

function choose(
  { dataset, index }: PackedDataset,
  split: { seed: number; valFraction: number | undefined },
  data: string,
): Pick<Material, 'dataset' | 'index' | 'positions' | 'train'> & Pick<Subject, 'validationFrom'> {
  const { train, validation, validationFrom } = selectSplits({ samples: samplesOf(index) }, split);
  if (validation.length === 0) {
    throw new RoentgenError(
      'ERR_EMPTY_DATASET',
      `${data} leaves no image to judge probes on: they need a validation part (valFraction, --val-fraction).`,
    );
  }
  const shown = new Set(validation.map((position) => index.labels[position]));
  if (shown.size < 2) {
    throw new RoentgenError(
      'ERR_SINGLE_CLASS',
      `The validation part of ${data}, ${validation.length} images, has one class only: give it a larger share ` +
        '(valFraction, --val-fraction).',
    );
  }
  const stride = Math.ceil(train.length / mostLearned);
  const learned = train.filter((_, at) => at % stride === 0);
  const positions = [...learned, ...validation];
  return { dataset, index, positions, train: learned.length, validationFrom };
}

/** The files behind the positions; null for a packed file. */
async function findFiles(
  data: string,
  reading: Division['reading'] & Pick<ProbeOptions, 'masks'>,
  { index }: PackedDataset,
  positions: readonly number[],
): Promise<Sample[] | null> {
  if (extname(data).toLowerCase() === '.safetensors') return null;
  const { samples } = await scanSource(data, reading);
  const byName = new Map(samples.map((sample) => [sample.name, sample]));
  return positions.flatMap((position) => byName.get(index.names[position] ?? '') ?? []);
}

function headsOf(
  files: readonly Sample[] | null,
  signal: AbortSignal | undefined,
): Material['heads'] {
  if (files === null) return null;
  let reading: Promise<readonly FileHead[]> | undefined;
  return () => (reading ??= readHeads(files, signal));
}
