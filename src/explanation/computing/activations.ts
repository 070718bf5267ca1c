/** Activation maps: what the convolutions put out for an image, whatever the class. */
import { invalidArgument, type LayerValues } from '../../native/index.js';
import type { Model } from '../../inference/index.js';
import { placedLayers } from './cam.js';
import type { Batch, Computer } from './batch.js';

/** One map for each image and convolution: the mean of the channels' absolute values. */
export const computeActivations: Computer = async (batch) => {
  const layers = await activationsOf(batch, convolutions(batch.model, batch.settings.layer));
  return Array.from(batch.indices, (_, image) =>
    layers.map((layer) => {
      const { channels, height, width, values } = channelsOf(layer, image);
      const area = height * width;
      const mean = new Float32Array(area);
      values.forEach((value, at) => {
        mean[at % area] = (mean[at % area] ?? 0) + Math.abs(value) / channels;
      });
      return { parts: [{ layer: layer.layer, height, width, values: mean }] };
    }),
  );
};

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

async function activationsOf(
  { model, dataset, indices, settings: { batchSize }, precision, signal }: Batch,
  layers: readonly string[],
): Promise<LayerValues[]> {
  const options = { layers, indices, pool: false, batchSize, precision };
  return model.inside.activations(dataset, options, { signal });
}

/** All channels of a layer for one image, row-major [channels, height, width]. */
export interface ChannelMaps {
  channels: number;
  height: number;
  width: number;
  values: Float32Array;
}

function channelsOf({ shape, values }: LayerValues, image: number): ChannelMaps {
  const [channels = 0, height = 0, width = 0] = shape;
  const size = channels * height * width;
  return { channels, height, width, values: values.subarray(image * size, (image + 1) * size) };
}
