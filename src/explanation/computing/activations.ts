/** Activation maps: what the convolutions put out for an image, whatever the class. */
import { invalidArgument, throwIfAborted, type LayerValues } from '../../native/index.js';
import type { Model } from '../../inference/index.js';
import type { MapPart } from '../maps/readMap.js';
import type { Batch, Computer } from './batch.js';
import { placedLayers } from './cam.js';

/** One map for each image and convolution. */
export const computeActivations: Computer = async (batch) => {
  const results = [];
  // One image at a time: all channels of all convolutions of VGG-19 are 54 MB.
  for (const at of batch.indices.keys()) {
    throwIfAborted(batch.signal);
    const layers = await activationsOf(batch, at);
    results.push(layers.map((layer) => ({ parts: [meanOfChannels(layer)] })));
  }
  return results;
};

/** All channels of the convolutions, or of the layers asked for, for one image: [C, H, W] each. */
export async function activationsOf(
  { model, dataset, indices, settings: { batchSize, layer }, precision, signal }: Batch,
  at: number,
): Promise<LayerValues[]> {
  const layers = convolutions(model, layer);
  const image = indices.subarray(at, at + 1);
  const options = { layers, indices: image, pool: false, batchSize, precision };
  return model.inside.activations(dataset, options, { signal });
}

/** Layers of these names, or every convolution. */
function convolutions(model: Model, names: readonly string[] | undefined): string[] {
  if (names !== undefined) return placedLayers(model, names);
  const found = model.inside.layers.filter(({ convolution }) => convolution);
  if (found.length > 0) return found.map(({ name }) => name);
  throw invalidArgument(
    'method',
    'another one, for a network without convolutions,',
    'activations',
  );
}

/** Of absolute values: a convolution before its activation function also says something below 0. */
function meanOfChannels({ layer, shape, values }: LayerValues): MapPart {
  const [channels = 0, height = 0, width = 0] = shape;
  const area = height * width;
  const mean = new Float32Array(area);
  values.forEach((value, at) => {
    mean[at % area] = (mean[at % area] ?? 0) + Math.abs(value) / channels;
  });
  return { layer, height, width, values: mean };
}
