/** LIME as a map: the weights of superpixels in a linear model of the probability. */
import { limeMap } from '../lime/limeMap.js';
import { limeOf } from '../lime/lime.js';
import type { Computer, RawMap } from './batch.js';

/** One map per image, of one part. */
export const computeLime: Computer = async ({
  model,
  dataset,
  indices,
  targets,
  settings,
  precision,
  signal,
}) => {
  const { limeSamples: samples, segments, hideColor, seed, batchSize } = settings;
  const results: RawMap[][] = [];
  for (const [at, index] of indices.entries()) {
    const target = model.classes[targets[at] ?? 0];
    const options = { target, samples, segments, hideColor, seed, batchSize, precision, signal };
    const found = await limeOf(model, { dataset, index }, options);
    const { height, width, score } = found;
    const parts = [{ layer: null, height, width, values: limeMap(found) }];
    results.push([{ parts, ...(score === null ? {} : { fit: score }) }]);
  }
  return results;
};
