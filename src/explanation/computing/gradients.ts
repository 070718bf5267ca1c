/** Maps of input gradients: how the logit depends on each pixel. */
import type { GradientMethod } from '../../native/index.js';
import type { Computer } from './batch.js';

/** Over the channels, into the map of one image: [C, H, W] → [H, W]. */
type Merge = (planes: Float32Array, area: number) => Float32Array;

/** The channel with the largest absolute value, with its sign: Simonyan et al., section 3.1. */
const strongest: Merge = (planes, area) =>
  planes.slice(0, area).map((first, pixel) => {
    let value = first;
    for (let at = pixel + area; at < planes.length; at += area) {
      const other = planes[at] ?? 0;
      if (Math.abs(other) > Math.abs(value)) value = other;
    }
    return value;
  });

/** Their sum, so that the map adds up to what the planes add up to. */
const summed: Merge = (planes, area) =>
  planes.slice(0, area).map((first, pixel) => {
    let value = first;
    for (let at = pixel + area; at < planes.length; at += area) value += planes[at] ?? 0;
    return value;
  });

const merges: Readonly<Record<GradientMethod, Merge>> = {
  gradient: strongest,
  smoothGrad: strongest,
  integratedGradients: summed,
};

/** One map per image, of one part. */
export function gradientComputer(method: GradientMethod): Computer {
  return async ({ model, dataset, indices, targets, logits, settings, precision, signal }) => {
    const { batchSize, samples, noise, seed, baseline } = settings;
    const { channels, height, width } = model.format;
    const { values, baselineLogits } = await model.inside.gradients(
      dataset,
      { method, indices, targets, batchSize, precision, samples, noise, seed, baseline },
      { signal },
    );
    const size = channels * height * width;
    return Array.from(indices, (_, image) => {
      const planes = values.subarray(image * size, (image + 1) * size);
      const map = merges[method](planes, height * width);
      const parts = [{ layer: null, height, width, values: map }];
      const start = baselineLogits[image];
      if (start === undefined) return [{ parts }];
      const way = (logits[image] ?? 0) - start;
      return [{ parts, completenessError: completenessError(map, way) }];
    });
  };
}

/** Sundararajan et al., proposition 1: the map adds up to the way of the logit from the baseline to the image. */
function completenessError(map: Float32Array, way: number): number {
  const total = map.reduce((sum, value) => sum + value, 0);
  return total === way ? 0 : Math.abs(total - way) / Math.abs(way);
}
