/** Whether an autoencoder still tells images apart, or gives the same gray for all. */
import type { Model } from '../inference/index.js';
import { Dataset, RoentgenError } from '../native/index.js';
import { restore } from './look.js';

/** How much of the input's variation is left in the reconstruction; 1 is all of it. */
export interface Variation {
  /** Standard deviation within an image: the median of the images. */
  within: number;
  /** Standard deviation of a pixel between images, over all pixels. */
  between: number;
}

/** A trained autoencoder keeps 0.9 and more; one that has collapsed keeps some thousandths. */
const leastVariation = 0.1;
/** Images that are enough to see it. */
const checkedImages = 32;

/**
 * @param inputs pixels, [N, size]
 * @param outputs their reconstructions
 */
export function variationOf(inputs: Float32Array, outputs: Float32Array, size: number): Variation {
  const rows = [...Array(inputs.length / size).keys()];
  const ratios = rows.map((row) => {
    const image = (values: Float32Array): Float32Array =>
      values.subarray(row * size, (row + 1) * size);
    return ratio(variance(image(outputs)), variance(image(inputs)));
  });
  ratios.sort((a, b) => a - b);
  return {
    within: ratios[Math.floor(ratios.length / 2)] ?? 0,
    between: ratio(variancePerPixel(outputs, size), variancePerPixel(inputs, size)),
  };
}

/** Where the input does not vary there is nothing to lose. */
function ratio(output: number, input: number): number {
  return input === 0 ? 1 : Math.sqrt(output / input);
}

function variance(values: ArrayLike<number>): number {
  let [sum, squares] = [0, 0];
  for (let at = 0; at < values.length; at += 1) {
    sum += values[at] ?? 0;
    squares += (values[at] ?? 0) ** 2;
  }
  return Math.max(0, squares / values.length - (sum / values.length) ** 2);
}

/** Mean over the pixels of their variance between images. */
function variancePerPixel(values: Float32Array, size: number): number {
  const count = values.length / size;
  let total = 0;
  for (let pixel = 0; pixel < size; pixel += 1) {
    total += variance(Array.from({ length: count }, (_, row) => values[row * size + pixel] ?? 0));
  }
  return total / size;
}

/**
 * Looks at the first of the positions.
 * @throws RoentgenError ERR_DIVERGED where hardly any variation is left; as `Network.activations`
 */
export async function refuseCollapse(
  model: Model,
  dataset: Dataset,
  positions: readonly number[],
  signal?: AbortSignal,
): Promise<void> {
  const { inputs, outputs } = await restore(
    model,
    dataset,
    positions.slice(0, checkedImages),
    signal,
  );
  const { channels, height, width } = model.format;
  const variation = variationOf(inputs, outputs, channels * height * width);
  if (variation.within >= leastVariation && variation.between >= leastVariation) return;
  throw new RoentgenError(
    'ERR_DIVERGED',
    `The autoencoder has collapsed: its reconstructions keep ${variation.within.toFixed(3)} of the contrast within an ` +
      `image and ${variation.between.toFixed(3)} of that between images. Train it again with a lower learning rate or ` +
      'another seed, for more epochs, or with three channels (--in-chans 3).',
    { details: { variation } },
  );
}
