/** Answers for files and folders of images whose classes nobody knows. */
import { refuseMasks, scanSource, type Problem } from '../data/index.js';
import {
  formatPredictions,
  type OperatingPoint,
  type PredictionsFormat,
  type TtaChoice,
} from '../evaluation/index.js';
import { invalidArgument, writeFileAtomic } from '../native/index.js';
import { loadModel } from './loadModel.js';
import type { Model, ModelPredictOptions, Prediction } from './model.js';
import type { PredictorSettings } from './predictor/index.js';

/** Which files a model classifies, and how. */
export interface PredictOptions extends Omit<ModelPredictOptions, 'places'> {
  /** A model file or a run directory. */
  model: string;
  /** How it predicts. */
  predictor?: PredictorSettings | undefined;
  /** Image files, and folders that are searched at any depth. */
  inputs: readonly string[];
  /** Folder of lung masks, for a model that sees the lungs alone; see `scanSource`. */
  masks?: string | undefined;
  /** `csv` (default), `json`, or `unknown`: report S1's table `,Unknown_images,Diagnosis`. */
  format?: PredictionsFormat | undefined;
  /** File for the text; default none. */
  output?: string | undefined;
}

/** Answers for all images that could be read. */
export interface PredictResult {
  classes: readonly string[];
  predictions: Prediction[];
  /** What was done to the model and its images so that they fit each other; null for a model as it was trained. */
  repair: string | null;
  /** What each answer is averaged over. */
  tta: TtaChoice;
  /** From which probability on the answer is the positive class; null for the most probable class. */
  operatingPoint: OperatingPoint | null;
  /** The predictions in the format that was asked for. */
  text: string;
  /** Files that gave no prediction, and why. */
  problems: Problem[];
}

/**
 * Classifies image files, by the model's decision rule where it has one. With a rule or a gate the text has the columns
 * `prediction_set` and `abstain`. For research and education: not a medical device.
 * @throws RoentgenError as `loadModel` and `scanSource`; ERR_NO_SPACE, ERR_IO, ABORT_ERR
 */
export async function predict(options: PredictOptions): Promise<PredictResult> {
  if (options.inputs.length === 0) throw invalidArgument('inputs', 'at least one path', 'none');
  using model = await loadModel(options.model, options.predictor);
  refuseMasks(options.masks, model.format);
  const source = await scanSource(options.inputs, { unlabeled: true, masks: options.masks });
  const images = source.samples.map(({ path, name, mask }) => ({ image: path, name, mask }));
  const { predictions, problems } = await model.predictNamed(images, options);
  const text = formatPredictions(
    toColumns(model, predictions, options.raw ?? false),
    options.format,
  );
  if (options.output !== undefined) await writeFileAtomic(options.output, text);
  return {
    classes: model.classes,
    predictions,
    repair: model.repair,
    tta: model.tta,
    operatingPoint: options.raw === true ? null : (model.decision?.operatingPoint ?? null),
    text,
    problems: [...source.problems, ...problems],
  };
}

function toColumns(
  model: Model,
  predictions: readonly Prediction[],
  raw: boolean,
): Parameters<typeof formatPredictions>[0] {
  const sets = predictions.map(({ predictionSet }) => predictionSet ?? []);
  const decided = !raw && (model.decision !== null || model.gate !== null);
  return {
    classes: model.classes,
    filenames: predictions.map(({ filename }) => filename),
    probabilities: predictions.flatMap(({ probabilities }) => probabilities),
    labels: predictions.map(({ label }) => label),
    ...(decided
      ? { predictionSets: sets, abstentions: predictions.map(({ abstain }) => abstain) }
      : {}),
  };
}
