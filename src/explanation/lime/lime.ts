/** LIME: which parts of an image a class hangs on, by hiding them (Ribeiro, Singh & Guestrin, KDD 2016). */
import { decodeImage } from '../../data/index.js';
import { toProbabilities } from '../../evaluation/index.js';
import { resolvePrecision, type Model, type PrecisionChoice } from '../../inference/index.js';
import { Dataset, invalidArgument, RoentgenError } from '../../native/index.js';
import { classPosition } from '../settings.js';
import { slic, type SlicOptions, type Superpixels } from '../slic/slic.js';
import { drawMasks } from './masks.js';
import { fitSurrogate, type Surrogate } from './surrogate.js';

/** Superpixels and samples of LIME. */
export interface LimeOptions extends SlicOptions {
  /** Class whose probability is explained. Default the most probable one. */
  target?: string | undefined;
  /** Variations of the image, at least 10 for each superpixel. Default 1000. */
  samples?: number | undefined;
  /** Superpixels in the linear model: up to 6 are chosen one by one, more by their weights. Default all. */
  features?: number | undefined;
  /** Gray, 0 … 255, that stands for what is hidden. Default each superpixel's own mean color. */
  hideColor?: number | undefined;
  /** Of the variations: an integer in 0 … 2⁵³ − 1. Default 42. */
  seed?: number | undefined;
  /** Variations in one forward pass. Default 32. */
  batchSize?: number | undefined;
  /** Default fp32. */
  precision?: PrecisionChoice | undefined;
  signal?: AbortSignal | undefined;
}

/** The superpixels of an image with the weights that LIME gives them. */
export interface LimeExplanation extends Surrogate {
  /** Class that is explained. */
  target: string;
  /** The network's own, of the whole image. */
  probability: number;
  superpixels: Superpixels;
  height: number;
  width: number;
}

/** An image in the model's format, in memory. */
export interface PackedImage {
  dataset: Dataset;
  /** Position in the dataset. */
  index: number;
}

/** Below that, lime's maintainers say, a superpixel's weight is more noise than evidence. */
const samplesPerSuperpixel = 10;

/**
 * Explains one image, a path or the bytes of a file. The same seed gives the same explanation, bit for bit.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for options out of range, an unknown class, too few samples, or an image of
 * one superpixel; ERR_UNSUPPORTED for a reconstruction; as `decodeImage`; ABORT_ERR
 */
export async function lime(
  model: Model,
  image: string | Uint8Array,
  options: LimeOptions = {},
): Promise<LimeExplanation> {
  const { channels, height, width } = model.format;
  const pixels = await decodeImage(image, model.format);
  using dataset = Dataset.fromImages(pixels, [1, channels, height, width]);
  return await limeOf(model, { dataset, index: 0 }, options);
}

/** As `lime`, of an image that is decoded already. */
export async function limeOf(
  model: Model,
  { dataset, index }: PackedImage,
  options: LimeOptions = {},
): Promise<LimeExplanation> {
  if (model.task !== 'classification') {
    throw new RoentgenError(
      'ERR_UNSUPPORTED',
      `${model.path} reconstructs images and has no classes to explain.`,
    );
  }
  const { samples = 1000, features = Infinity, seed = 42, hideColor, batchSize = 32 } = options;
  const { height, width } = model.format;
  checkOptions({ features, hideColor });
  const asked = options.target === undefined ? undefined : classPosition(model, options.target);
  const pixels = dataset.read(index);
  const superpixels = slic(pixels, { height, width }, options);
  checkSamples(samples, superpixels.count);
  const masks = drawMasks(samples, superpixels.count, seed);
  const logits = await model.inside.perturb(
    dataset,
    {
      index,
      segments: superpixels.labels,
      masks,
      fill: hideColor === undefined ? meanColors(pixels, superpixels) : pixels.fill(hideColor),
      batchSize,
      precision: resolvePrecision(options.precision ?? 'fp32'),
    },
    { signal: options.signal },
  );
  const { output } = model.description;
  const probabilities = toProbabilities(logits, logits.length / samples, output);
  const classes = model.classes.length;
  const whole = Array.from(probabilities.subarray(0, classes));
  const target = asked ?? whole.indexOf(Math.max(...whole));
  const answers = Float64Array.from(
    { length: samples },
    (_, row) => probabilities[row * classes + target] ?? 0,
  );
  return {
    target: model.classes[target] ?? '',
    probability: whole[target] ?? 0,
    ...fitSurrogate({ masks, superpixels: superpixels.count, answers }, features),
    superpixels,
    height,
    width,
  };
}

function checkOptions({
  features,
  hideColor,
}: {
  features: number;
  hideColor?: number | undefined;
}): void {
  if (features !== Infinity && (!Number.isInteger(features) || features < 1)) {
    throw invalidArgument('features', 'a positive integer', features);
  }
  if (hideColor === undefined) return;
  if (!Number.isInteger(hideColor) || hideColor < 0 || hideColor > 255) {
    throw invalidArgument('hideColor', 'an integer between 0 and 255', hideColor);
  }
}

function checkSamples(samples: number, superpixels: number): void {
  if (!Number.isInteger(samples) || samples < 1) {
    throw invalidArgument('samples', 'a positive integer', samples);
  }
  if (superpixels < 2) {
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      'The image is a single superpixel, and LIME compares at least 2: ask for more segments.',
    );
  }
  const needed = superpixels * samplesPerSuperpixel;
  if (samples < needed) {
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      `${samples} samples are too few for ${superpixels} superpixels: LIME needs ${samplesPerSuperpixel} for each. ` +
        `Ask for ${needed} samples, or for fewer segments.`,
    );
  }
}

/** [C, H, W] each superpixel in its mean color, cut to whole numbers as lime does. */
function meanColors(pixels: Uint8Array, { labels, count }: Superpixels): Uint8Array {
  const planes = pixels.length / labels.length;
  const totals = new Float64Array(planes * count);
  const sizes = new Float64Array(count);
  labels.forEach((label, pixel) => {
    sizes[label] = (sizes[label] ?? 0) + 1;
    for (let plane = 0; plane < planes; plane += 1) {
      const at = plane * count + label;
      totals[at] = (totals[at] ?? 0) + (pixels[plane * labels.length + pixel] ?? 0);
    }
  });
  return Uint8Array.from(pixels, (_, at) => {
    const label = labels[at % labels.length] ?? 0;
    const plane = Math.floor(at / labels.length);
    return (totals[plane * count + label] ?? 0) / (sizes[label] ?? 1);
  });
}
