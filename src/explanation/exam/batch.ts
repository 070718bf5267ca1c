/** Some of the images under examination, decoded and answered, with what is known of where evidence can be. */
import { decodeImages, type Problem, type Sample } from '../../data/index.js';
import { resolvePrecision, type Model } from '../../inference/index.js';
import { Dataset } from '../../native/index.js';
import { classPosition } from '../settings.js';
import type { ResolvedExamSettings } from './settings.js';
import type { ExamImages } from './types.js';

export interface ExamBatch extends Disposable {
  images: ExamImages;
  /** [N] of the class that is explained, by the network itself. */
  probabilities: number[];
  problems: Problem[];
}

/** @throws RoentgenError ERR_INVALID_ARGUMENT for an unknown class, with the nearest name; ABORT_ERR */
export async function openBatch(
  model: Model,
  samples: readonly Sample[],
  settings: Pick<ResolvedExamSettings, 'target' | 'batchSize' | 'precision' | 'workers'>,
  signal: AbortSignal | undefined,
): Promise<ExamBatch> {
  const { classes, format } = model;
  const { batchSize, workers } = settings;
  const precision = resolvePrecision(settings.precision);
  const wanted = settings.target === undefined ? null : classPosition(model, settings.target);
  const named = samples.map(({ path, name, mask }) => ({ image: path, name, mask }));
  const { pixels, kept, problems } = await decodeImages(named, format, { workers, signal });
  const dataset = Dataset.fromImages(pixels, [
    kept.length,
    format.channels,
    format.height,
    format.width,
  ]);
  const { answers, outputs } = await model.answer(dataset, { precision, signal });
  const own = model.probabilities(outputs);
  const targets = Int32Array.from(answers, ({ label }) => wanted ?? classes.indexOf(label));
  const names = kept.map((position) => samples[position]?.name ?? '');
  return {
    images: { dataset, names, targets, batchSize, precision, signal },
    probabilities: Array.from(targets, (target, at) => own[at * classes.length + target] ?? 0),
    problems,
    [Symbol.dispose]: () => dataset.dispose(),
  };
}
