/** One image under examination: what the network says of it, whole and with parts of it changed. */
import { toProbabilities } from '../../evaluation/index.js';
import type { Model } from '../../inference/index.js';
import { Dataset } from '../../native/index.js';
import { gaussian } from '../slic/gaussian.js';
import type { ExamImages } from './types.js';

export interface Subject {
  model: Model;
  images: ExamImages;
  /** Position in the dataset. */
  index: number;
  /** uint8 [C, H, W]. */
  pixels: Uint8Array;
  /** [C, H, W] what stands in for pixels that are taken away: the image, blurred. */
  blurred: Uint8Array;
  height: number;
  width: number;
}

/**
 * Standard deviation as a share of the shorter side. RISE blurs by 5 pixels of 224, which leaves the opacity of a lobe
 * to be seen; by a tenth of the side no finding is left, while brightness stays and no new edge arises.
 */
const blur = 0.1;

export function subjectOf(model: Model, images: ExamImages, index: number): Subject {
  const { height, width } = model.format;
  const pixels = images.dataset.read(index);
  const area = height * width;
  const blurred = new Uint8Array(pixels.length);
  for (let start = 0; start < pixels.length; start += area) {
    const plane = Float64Array.from(pixels.subarray(start, start + area));
    const smooth = gaussian(plane, { height, width, depth: 1 }, blur * Math.min(height, width));
    blurred.set(smooth.map(Math.round), start);
  }
  return { model, images, index, pixels, blurred, height, width };
}

/**
 * Probability of the class for each variation of the image.
 * @param segments [H, W] part of each pixel
 * @param masks [M, parts] 1 where a part is shown, 0 where it is blurred
 */
export async function probabilitiesOfParts(
  { model, images, index, blurred }: Subject,
  segments: Int32Array,
  masks: Uint8Array,
): Promise<number[]> {
  const { dataset, batchSize, precision, signal } = images;
  const logits = await model.inside.perturb(
    dataset,
    { index, segments, masks, fill: blurred, batchSize, precision },
    { signal },
  );
  const parts = segments.reduce((most, part) => Math.max(most, part), 0) + 1;
  const outputs = (logits.length * parts) / masks.length;
  return ofTarget(model, toProbabilities(logits, outputs, model.description.output), images, index);
}

/** Probability of the class for images of the same size. @param variations uint8 [C, H, W] each */
export async function probabilitiesOfImages(
  { model, images, index, height, width }: Subject,
  variations: readonly Uint8Array[],
): Promise<number[]> {
  const { batchSize, precision, signal } = images;
  const { channels } = model.format;
  const shape = [variations.length, channels, height, width] as const;
  using dataset = Dataset.fromImages(Buffer.concat(variations), [...shape]);
  const indices = Int32Array.from(variations.keys());
  const outputs = await model.outputs(
    dataset,
    { indices, labels: new Int32Array(), batchSize, precision, tta: 'none' },
    { signal },
  );
  return ofTarget(model, model.probabilities(outputs), images, index);
}

function ofTarget(
  { classes }: Model,
  probabilities: Float64Array,
  { targets }: ExamImages,
  index: number,
): number[] {
  const target = targets[index] ?? 0;
  const rows = probabilities.length / classes.length;
  return Array.from(
    { length: rows },
    (_, row) => probabilities[row * classes.length + target] ?? 0,
  );
}
