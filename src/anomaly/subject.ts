/** What is judged: a run's model, its data, and which of the images teach, choose and judge. */
import {
  openData,
  samplesOf,
  selectSplits,
  type PackedDataset,
  type SplitSelection,
} from '../data/index.js';
import { loadModel, type EvaluateHooks, type Model } from '../inference/index.js';
import { nearest } from '../models/index.js';
import { RoentgenError } from '../native/index.js';
import { readRun, requireRunData, type RunSummary } from '../training/index.js';

export interface SubjectOptions {
  /** A run directory: of an autoencoder that learned from normal images, or of a classifier. */
  model: string;
  /** The data that the run was trained on. */
  data: string;
  /** The class that is normal; every other is an anomaly. */
  normal: string;
  cacheDir?: string | undefined;
  workers?: number | undefined;
  keepGoing?: boolean | undefined;
}

/** Positions in the dataset. */
export interface Parts {
  /** Normal images of the training part: detectors learn from them. */
  normal: number[];
  /** All images of the validation part. */
  validation: number[];
  test: number[];
}

/** Frees images and model when it is disposed of. */
export interface Subject extends Disposable {
  run: RunSummary;
  model: Model;
  packed: PackedDataset;
  parts: Parts;
}

/**
 * @throws RoentgenError as `readRun`, `loadModel` and `openData`; ERR_MODEL_MISMATCH where the data are not the run's;
 * ERR_TEST_SELECTION for a run that chose its epoch on the test split; ERR_UNKNOWN_CLASS with the nearest name;
 * ERR_EMPTY_DATASET without normal images to learn from or to choose on
 */
export async function openSubject(
  { model: path, data, normal, cacheDir, workers, keepGoing }: SubjectOptions,
  { onEvent, signal }: EvaluateHooks,
): Promise<Subject> {
  const run = await readRun(path);
  const { classes, labelsFrom, groupBy } = run.settings;
  const model = await loadModel(path);
  try {
    const packed = await openData(data, model.format, {
      // A classifier's file knows the order; an autoencoder's names only the classes it learned from.
      classes: model.task === 'classification' ? [...model.classes] : classes,
      ...{ labelsFrom, groupBy, cacheDir, workers, signal, allowSingleClass: true },
      keepGoing: keepGoing ?? run.skipped > 0,
      onProgress: (progress) => onEvent?.({ kind: 'packing', ...progress }),
    });
    try {
      requireRunData(packed, run, data, '; for other images use its detector (--detector)');
      const parts = divide(packed, run, { data, normal });
      const dispose = (): void => {
        packed.dataset.dispose();
        model.dispose();
      };
      return { run, model, packed, parts, [Symbol.dispose]: dispose };
    } catch (error) {
      packed.dataset.dispose();
      throw error;
    }
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function divide(
  { index }: PackedDataset,
  run: RunSummary,
  { data, normal }: { data: string; normal: string },
): Parts {
  const { valFraction, selectOn, seed } = run.settings;
  if (selectOn === 'test') {
    throw new RoentgenError(
      'ERR_TEST_SELECTION',
      `${run.path} chose its epoch on the test split, so that no image is left to judge by: train a run that does not.`,
    );
  }
  refuseUnknown(normal, index.classes, data);
  const isNormal = (position: number): boolean =>
    index.classes[index.labels[position] ?? -1] === normal;
  const selection = selectSplits({ samples: samplesOf(index) }, { valFraction, seed });
  const parts = {
    normal: selection.train.filter(isNormal),
    validation: selection.validation,
    test: selection.test,
  };
  refuseEmpty(parts, selection, isNormal, { data, normal });
  return parts;
}

function refuseUnknown(name: string, classes: readonly string[], data: string): void {
  if (classes.includes(name)) return;
  const suggestion = nearest(name, classes);
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  throw new RoentgenError(
    'ERR_UNKNOWN_CLASS',
    `${data} has no class "${name}"${hint} It has ${classes.join(', ')}.`,
  );
}

function refuseEmpty(
  parts: Parts,
  { validationFrom }: SplitSelection,
  isNormal: (position: number) => boolean,
  { data, normal }: { data: string; normal: string },
): void {
  const learns = parts.normal.length > 0;
  if (learns && parts.validation.some(isNormal)) return;
  throw new RoentgenError(
    'ERR_EMPTY_DATASET',
    learns
      ? `The validation part of ${data} (from ${validationFrom}) has no image of ${normal}, which thresholds are chosen ` +
          'on: train with a larger share (--val-fraction).'
      : `The training part of ${data} has no image of ${normal}, which detectors learn from.`,
  );
}
