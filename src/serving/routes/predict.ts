/** `POST /predict`: what people type with curl, and what the page asks; TorchServe's addresses beside it. */
import { z } from 'zod';
import { asError, type Problem } from '../../data/index.js';
import type { Answer, TensorAnswer } from '../../inference/index.js';
import type { PredictBody, PredictionEntry } from '../api.js';
import type { Routes } from '../context.js';
import { signalOf } from '../deadline.js';
import { notice } from '../../models/index.js';
import type { ServedModel } from '../registry/types.js';
import { withoutPaths } from '../withoutPaths.js';
import { answerFiles } from './answering.js';
import { readFiles, takeFiles, type UploadedFile } from './bodies.js';
import { answerAt, modelQuery } from './query.js';

const rawQuery = {
  raw: z
    .stringbool()
    .default(false)
    .describe('The network’s own probabilities, without decision rule and gate [false]'),
};
export const predictQuerySchema = z.strictObject({ ...modelQuery, ...rawQuery });
export const predictionsQuerySchema = z.strictObject(rawQuery);

export const predictRoutes: Routes = async (app, { context }) => {
  const { settings, observer } = context;
  await takeFiles(app, settings);

  const addresses = {
    ...{ url: '/predict', query: predictQuerySchema },
    ...{ urlOfModel: '/predictions', queryOfModel: predictionsQuerySchema },
  };
  answerAt(app, addresses, async (request, _reply, { model, version, raw }) => {
    using lease = context.lease(request, model, version);
    const { served } = lease;
    const signal = signalOf(request);
    const files = await readFiles(request, settings);
    const options = { raw, pixelLimit: settings.maxPixels, signal };
    const { results, inputMs } = await answerFiles(served, files, options);
    const started = performance.now();
    const body = bodyOf(served, files, results);
    const answers = results.filter((result) => 'label' in result);
    observer.worked(request, {
      ...{ images: answers.length, answers, inputMs },
      outputMs: performance.now() - started,
    });
    return body;
  });
};

/** @throws RoentgenError where no file could be read */
function bodyOf(
  { name, version, model }: ServedModel,
  files: readonly UploadedFile[],
  results: readonly (TensorAnswer | Problem)[],
): PredictBody {
  const failed = results.filter((result) => 'file' in result);
  if (failed.length === results.length) throw asError(failed);
  const predictions = results.flatMap((result, at) =>
    'label' in result ? [entryOf(files[at]?.name ?? '', result, model.classes)] : [],
  );
  const problems = failed.map(({ file, code, message }) => ({
    filename: file,
    code,
    error: withoutPaths(message),
  }));
  return { model: name, version, predictions, problems, notice };
}

export function entryOf(
  filename: string,
  { label, probabilities, predictionSet, abstain }: Answer,
  classes: readonly string[],
): PredictionEntry {
  const named = classes.map((name, at) => [name, probabilities[at] ?? 0] as const);
  return { filename, label, probabilities: Object.fromEntries(named), predictionSet, abstain };
}
