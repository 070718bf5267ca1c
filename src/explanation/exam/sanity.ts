/** Whether a map depends on what the network has learned: cascading randomization (Adebayo et al., NeurIPS 2018). */
import { loadModel, type Model } from '../../inference/index.js';
import { spearman, structuralSimilarity } from './similarity.js';
import type { Measures } from './types.js';

/** Copies of a model, in which more and more layers are drawn anew, from the last one on. */
export interface Cascade extends Disposable {
  /** The last layer, the second half of the layers, all of them. */
  models: readonly [head: Model, half: Model, whole: Model];
}

/** @throws RoentgenError as `loadModel` */
export async function loadCascade(model: Model, seed: number): Promise<Cascade> {
  const layers = model.inside.weightedLayers;
  const redrawn = async (from: number): Promise<Model> => {
    const copy = await loadModel(model.path);
    copy.inside.randomize(layers.slice(from), seed);
    return copy;
  };
  const models = [
    await redrawn(layers.length - 1),
    await redrawn(Math.floor(layers.length / 2)),
    await redrawn(0),
  ] as const;
  return {
    models,
    [Symbol.dispose]: () => models.forEach((copy) => copy.dispose()),
  };
}

/**
 * How alike a map and those of the cascade are. Absolute values are compared: a map that only changes its sign looks at
 * the same places.
 * @param redrawn one [H, W] for each model of the cascade
 */
export function measureSanity(
  map: Float32Array,
  redrawn: readonly Float32Array[],
  size: { height: number; width: number },
): Partial<Measures> {
  const [before, head, half, whole] = [map, ...redrawn].map(absolute);
  if (!before || !head || !half || !whole) return {};
  return {
    headCorrelation: spearman(before, head),
    halfCorrelation: spearman(before, half),
    wholeCorrelation: spearman(before, whole),
    wholeSsim: structuralSimilarity(before, whole, size),
  };
}

/** Absolute values in [0, 1]. */
function absolute(map: Float32Array): Float32Array {
  const sizes = map.map(Math.abs);
  const largest = sizes.reduce((most, value) => Math.max(most, value), 0);
  return largest === 0 ? sizes : sizes.map((value) => value / largest);
}
