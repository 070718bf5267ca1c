/** Class activation maps, computed natively. */
import { RoentgenError, type CamMethod, type NamedLayer } from '../../native/index.js';
import type { Model } from '../../inference/index.js';
import type { Computer } from './batch.js';

/** One map per image, of as many parts as there are layers. */
export function camComputer(method: CamMethod): Computer {
  return async ({ model, dataset, indices, targets, settings, precision, signal }) => {
    const { batchSize } = settings;
    const layers = placedLayers(model, settings.layer);
    const { maps } = await model.inside.classActivations(
      dataset,
      { method, layers, indices, targets, batchSize, precision },
      { signal },
    );
    return Array.from(indices, (_, image) => {
      const parts = maps.map(({ layer, shape, values }) => {
        const [height = 0, width = 0] = shape.slice(-2);
        const area = height * width;
        return { layer, height, width, values: values.subarray(image * area, (image + 1) * area) };
      });
      return [{ parts }];
    });
  };
}

/**
 * The layers of these names, or the architecture's own for class activation maps.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for one that is not there, or that does not say where in the image
 */
export function placedLayers(model: Model, names: readonly string[] | undefined): string[] {
  const asked = (names ?? [undefined]).map((name) => model.inside.layer(name, 'cam'));
  return asked.map((layer) => {
    if (hasPlaces(layer)) return layer.name;
    const known = model.inside.layers.filter(hasPlaces).map(({ name }) => name);
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      `Layer "${layer.name}" of ${model.path} puts out ${layer.shape.join('×')} values: a map needs height and width.\nThese have them: ${known.join(', ')}`,
    );
  });
}

function hasPlaces({ shape: [, height = 1, width = 1] }: NamedLayer): boolean {
  return height * width > 1;
}
