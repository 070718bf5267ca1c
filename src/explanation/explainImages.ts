/** Explanations in memory: images decoded, answered and explained batch by batch. */
import {
  decodeImages,
  nameOf,
  requireMasks,
  type DecodeImagesOptions,
  type NamedImage,
  type Problem,
} from '../data/index.js';
import { resolvePrecision, type Answer, type Model } from '../inference/index.js';
import { Dataset, parseWith, RoentgenError, throwIfAborted, type Hooks } from '../native/index.js';
import { targetLogit, type Batch, type RawMap } from './computing/batch.js';
import { computers } from './computing/computers.js';
import { readMap } from './maps/readMap.js';
import { methodOf, type MethodName } from './methods.js';
import {
  classPosition,
  explainSettingsSchema,
  type ExplainSettings,
  type ResolvedSettings,
} from './settings.js';
import type { Explanation, Explanations, SeenImage } from './types.js';

/** How far explaining has come. */
export interface ExplainProgress {
  /** Images. */
  done: number;
  total: number;
}

/** The explanations of one image, and the batch and the place in it where it was computed. */
export interface ExplainedImage {
  explanations: Explanation[];
  batch: Batch;
  at: number;
}

/**
 * Explains images given as paths or as the bytes of image files; what cannot be read is in `problems`. Maps are as large
 * as the model's images. For research and education: not a medical device.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a wrong setting, an unknown layer or class, with the nearest name, or a
 * layer without height and width; ERR_UNSUPPORTED for a reconstruction; ERR_BUSY, ERR_DISPOSED, ABORT_ERR
 */
export async function explainImages(
  model: Model,
  images: readonly (string | Uint8Array)[],
  settings: ExplainSettings = {},
  hooks: ExplainHooks = {},
): Promise<Explanations> {
  const named = images.map((image, position) => ({ image, name: nameOf(image, position) }));
  const explanations: Explanation[] = [];
  const collect = (explained: ExplainedImage): void => {
    explanations.push(...explained.explanations);
  };
  const { problems } = await explainNamed(model, named, settings, { ...hooks, visit: collect });
  return { explanations, problems };
}

export interface ExplainHooks extends Hooks<ExplainProgress>, DecodeImagesOptions {}

export interface ExplainVisit extends ExplainHooks {
  /** Called for each image in order, while its batch is in memory. */
  visit: (explained: ExplainedImage) => Promise<void> | void;
}

/** As `explainImages`, image by image and without keeping any. */
export async function explainNamed(
  model: Model,
  images: readonly NamedImage[],
  given: ExplainSettings,
  { visit, workers, pixelLimit, onProgress, signal }: ExplainVisit,
): Promise<{ problems: Problem[] }> {
  const settings = parseWith(explainSettingsSchema, given);
  checkModel(model);
  requireMasks(images, model.format, 'the images');
  const target = settings.target === undefined ? null : classPosition(model, settings.target);
  const problems: Problem[] = [];
  for (let start = 0; start < images.length; start += settings.batchSize) {
    const some = images.slice(start, start + settings.batchSize);
    const decoded = await decodeImages(some, model.format, { workers, pixelLimit, signal });
    problems.push(...decoded.problems);
    const names = decoded.kept.map((position) => some[position]?.name ?? '');
    if (names.length > 0) {
      await explainDecoded(
        { model, pixels: decoded.pixels, names, target, settings, signal },
        visit,
      );
    }
    onProgress?.({ done: Math.min(start + some.length, images.length), total: images.length });
  }
  return { problems };
}

/** A class is explained, so there must be some. */
function checkModel(model: Model): void {
  if (model.task === 'classification') return;
  throw new RoentgenError(
    'ERR_UNSUPPORTED',
    `${model.path} reconstructs images and answers with no class that could be explained.`,
  );
}

interface DecodedBatch {
  model: Model;
  /** uint8 [N, C, H, W]. */
  pixels: Uint8Array;
  /** [N]. */
  names: readonly string[];
  /** Null for the model's answers. */
  target: number | null;
  settings: ResolvedSettings;
  signal: AbortSignal | undefined;
}

async function explainDecoded(
  { model, pixels, names, target, settings, signal }: DecodedBatch,
  visit: ExplainVisit['visit'],
): Promise<void> {
  const { channels, height, width } = model.format;
  using dataset = Dataset.fromImages(pixels, [names.length, channels, height, width]);
  const indices = Int32Array.from(names.keys());
  const precision = resolvePrecision(settings.precision);
  const { answers, outputs } = await model.answer(dataset, { precision, signal });
  const targets = indices.map((at) => target ?? model.classes.indexOf(answers[at]?.label ?? ''));
  const rows = Array.from(indices, (at) =>
    outputs.values.subarray(at * outputs.outputs, (at + 1) * outputs.outputs),
  );
  const logits = Float64Array.from(rows, (row, at) => targetLogit(row, targets[at] ?? 0));
  const batch = { model, dataset, indices, targets, logits, settings, precision, signal };
  const maps = new Map<MethodName, RawMap[][]>();
  for (const method of settings.method) maps.set(method, await computers[method](batch));
  const size = channels * height * width;
  for (const [at, answer] of answers.entries()) {
    throwIfAborted(signal);
    const image = { pixels: pixels.subarray(at * size, (at + 1) * size), channels, height, width };
    const largestLogit = Math.max(...Array.from(rows[at] ?? [], Math.abs));
    const subject = { name: names[at] ?? '', image, answer, largestLogit, batch, at };
    const explanations = settings.method.flatMap((method) =>
      (maps.get(method)?.[at] ?? []).map((raw) => toExplanation(raw, method, subject)),
    );
    await visit({ explanations, batch, at });
  }
}

interface Subject {
  name: string;
  image: SeenImage;
  answer: Answer;
  /** Absolute, of the image's outputs. */
  largestLogit: number;
  batch: Batch;
  at: number;
}

function toExplanation(
  { parts, completenessError, fit }: RawMap,
  method: MethodName,
  { name, image, answer, largestLogit, batch, at }: Subject,
): Explanation {
  const { reading, unit, classFree = false } = methodOf(method);
  const { height, width } = image;
  return {
    name,
    image,
    answer,
    method,
    layers: parts.flatMap(({ layer }) => layer ?? []),
    target: classFree ? null : (batch.model.classes[batch.targets[at] ?? -1] ?? null),
    logit: classFree ? null : (batch.logits[at] ?? null),
    ...readMap(parts, { reading, unit, largestLogit, height, width }),
    completenessError: completenessError ?? null,
    fit: fit ?? null,
  };
}
