/** How good a model is on labeled data: metrics, predictions and charts, in a folder of their own. */
import { join } from 'node:path';
import { listImages, writeChecksums } from '../checksums/index.js';
import { openData, type PackedIndex, type Problem, type Split } from '../data/index.js';
import {
  evaluateClassification,
  metricIntervals,
  reconstructionMetrics,
  reportObject,
  type ClassificationMetrics,
  type DecisionEvaluation,
  type MetricIntervals,
  type ReconstructionMetrics,
  type TtaChoice,
} from '../evaluation/index.js';
import {
  createNewFolder,
  writeFileAtomic,
  type NativeProgress,
  type Outputs,
} from '../native/index.js';
import { decide } from './decide.js';
import { writeEvaluationFiles } from './evaluationFiles.js';
import { enterLook } from './looks.js';
import { isRunDirectory, loadModel } from './loadModel.js';
import { resolvePrecision, type Model, type PrecisionChoice } from './model.js';
import { evaluationFolder } from './runEvaluations.js';
import { splitPositions } from './splitPositions.js';

/** Which model is measured, on which labeled images, and why. */
export interface EvaluateOptions {
  /** A model file or a run directory. */
  model: string;
  /** Folder, manifest or packed file; its classes must be among the model's, or mapped to them. */
  data: string;
  /** Default: `test` where the data have splits, else all images. */
  split?: Split | 'all' | undefined;
  /** See `scanSource`. */
  labelsFrom?: string | undefined;
  groupBy?: string | undefined;
  /** Which of the model's classes each class of the data stands for, as `COVID=PNEUMONIA`; see `openData`. */
  map?: readonly string[] | undefined;
  /** The class whose recall is the sensitivity; default the last. Two classes only. */
  positive?: string | undefined;
  /** Folder of lung masks, for a model that sees the lungs alone; see `scanSource`. */
  masks?: string | undefined;
  /** What the figures are for, as the run's ledger keeps it where test images are looked at. */
  why?: string | undefined;
  /** Default 64. */
  batchSize?: number | undefined;
  /** Default fp32. */
  precision?: PrecisionChoice | undefined;
  /**
   * New folder for the files (`-1`, `-2` … is added where it exists); default `evaluation-<split>` in the run
   * directory, none for a model file.
   */
  output?: string | undefined;
  cacheDir?: string | undefined;
  workers?: number | undefined;
  keepGoing?: boolean | undefined;
}

const defaultWhy = 'to report a figure';

/** How far an evaluation has come, by `kind`. */
export type EvaluateEvent =
  | { kind: 'packing'; done: number; total: number; imagesPerSecond: number }
  | ({ kind: 'step' } & NativeProgress);

/** Progress and the signal of whatever runs a model over a dataset. */
export interface EvaluateHooks {
  /** Hears of progress as it happens. */
  onEvent?: ((event: EvaluateEvent) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** How good a model is on labeled images, each figure with its interval. */
export interface EvaluateResult {
  split: Split | 'all';
  samples: number;
  loss: number;
  /** Null for a reconstruction. */
  metrics: ClassificationMetrics | null;
  /** Of the metrics, 95%. Null for a reconstruction. */
  intervals: MetricIntervals | null;
  /** Null for a classifier. */
  reconstruction: ReconstructionMetrics | null;
  /** What was done to the model and its images so that they fit each other; null for a model as it was trained. */
  repair: string | null;
  /** What each answer is averaged over. */
  tta: TtaChoice;
  /** What the model's decision rule makes of the images; null for a model without. Not in `metrics`. */
  decision: DecisionEvaluation | null;
  /** How often these test images have been looked at with this run's models; null where no ledger is kept. */
  looks: number | null;
  /** Where the files are. */
  output: string | null;
  problems: Problem[];
}

/**
 * Runs a model over labeled data and writes `metrics.json`, `classification_report.txt`, `predictions.csv`,
 * `confusion_matrix.csv`, `confusion_matrix.svg`, `roc.svg`, `gallery/`, the errors in pictures, and `images.csv` and
 * `checksums.json`, which `verify` compares with. A look at images
 * that are neither `train` nor `val` is entered in the run's `ledger.jsonl` before any figure is told.
 * @throws RoentgenError as `loadModel` and `openData`; ERR_EMPTY_DATASET where the split has no image;
 * ERR_NO_SPACE, ERR_IO, ABORT_ERR
 */
export async function evaluate(
  options: EvaluateOptions,
  hooks: EvaluateHooks = {},
): Promise<EvaluateResult> {
  const { onEvent = () => undefined, signal } = hooks;
  using model = await loadModel(options.model);
  const { data, map, masks, labelsFrom, groupBy, cacheDir, workers, keepGoing } = options;
  const packed = await openData(data, model.format, {
    classes: [...model.classes],
    allowSingleClass: true,
    ...{ map, masks, labelsFrom, groupBy, cacheDir, workers, keepGoing, signal },
    onProgress: (progress) => {
      onEvent({ kind: 'packing', ...progress });
    },
  });
  using dataset = packed.dataset;
  const { split, positions } = choosePositions(packed.index, options);
  const indices = Int32Array.from(positions);
  const labels = indices.map((position) => packed.index.labels[position] ?? -1);
  const { batchSize = 64 } = options;
  const precision = resolvePrecision(options.precision ?? 'fp32');
  const outputs = await model.outputs(
    dataset,
    {
      indices,
      labels: model.task === 'classification' ? labels : new Int32Array(),
      ...{ batchSize, precision },
    },
    {
      signal,
      onProgress: (progress) => {
        onEvent({ kind: 'step', ...progress });
      },
    },
  );
  const { sourceHash: dataHash } = packed.index;
  const look = { split, data, dataHash, images: indices.length, why: options.why ?? defaultWhy };
  const looks = await enterLook(model.path, look);
  const place = options.output ?? defaultOutput(options.model, split);
  const output = place === null ? null : await createNewFolder(place);
  const groups = positions.map((position) => packed.index.groups[position] ?? '');
  const scores = score(model, outputs, { labels, groups, positive: options.positive });
  const decision = await decide(model, { dataset, indices, labels, outputs, signal });
  const result: EvaluateResult = {
    split,
    samples: indices.length,
    loss: outputs.loss,
    ...scores,
    repair: model.repair,
    tta: model.tta,
    decision,
    looks,
    output,
    problems: packed.problems,
  };
  if (output === null) return result;
  const report = scores.metrics && reportObject(scores.metrics);
  const summary = { ...result, model: model.path, data, map, dataHash, report };
  await writeFileAtomic(join(output, 'metrics.json'), `${JSON.stringify(summary, null, 2)}\n`);
  if (scores.metrics) {
    await writeEvaluationFiles(output, {
      metrics: scores.metrics,
      probabilities: model.probabilities(outputs),
      index: packed.index,
      positions: indices,
      dataset,
    });
  }
  const { maskHash } = packed.index;
  const chosen = new Set(positions);
  const listed = listImages(packed.index, (at) => (chosen.has(at) ? 'evaluated' : 'unused'));
  await writeChecksums(output, {
    modelFile: model.path,
    images: listed.filter(({ use }) => use === 'evaluated'),
    data: { dataHash, ...(maskHash === undefined ? {} : { maskHash }), images: indices.length },
    inference: { precision, device: 'cpu', batchSize, tta: model.tta },
    reading: {
      ...(labelsFrom === undefined ? {} : { labelsFrom }),
      ...(groupBy === undefined ? {} : { groupBy }),
      ...(masks === undefined ? {} : { masks }),
    },
  });
  return result;
}

function choosePositions(
  index: PackedIndex,
  { data, split: wanted }: EvaluateOptions,
): { split: Split | 'all'; positions: number[] } {
  const split = wanted ?? (index.splits.includes('test') ? 'test' : 'all');
  return { split, positions: splitPositions(index, split, data) };
}

function defaultOutput(model: string, split: string): string | null {
  return isRunDirectory(model) ? evaluationFolder(model, split) : null;
}

function score(
  model: Model,
  outputs: Outputs,
  truth: { labels: Int32Array; groups: string[]; positive: string | undefined },
): Pick<EvaluateResult, 'metrics' | 'intervals' | 'reconstruction'> {
  if (model.task === 'reconstruction') {
    const reconstruction = reconstructionMetrics(outputs.values);
    return { metrics: null, intervals: null, reconstruction };
  }
  const { positive, ...images } = truth;
  const labeled = {
    probabilities: model.probabilities(outputs),
    classes: model.classes,
    ...images,
    ...(positive === undefined ? {} : { positive }),
  };
  return {
    metrics: evaluateClassification(labeled),
    intervals: metricIntervals(labeled),
    reconstruction: null,
  };
}
