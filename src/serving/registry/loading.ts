/** A model file becomes a model that can be served, or the reason why it cannot. */
import { loadModel, type Model, type PredictorSettings } from '../../inference/index.js';
import { RoentgenError } from '../../native/index.js';

/** Makes a model of a file, its forward pass compiled and tried. */
export type LoadServed = (file: string) => Promise<Model>;

/** @throws RoentgenError as `loadModel`, and ERR_UNSUPPORTED for a model that no image alone is enough for */
export function loaderWith(settings: PredictorSettings): LoadServed {
  return async (file) => {
    const model = await loadModel(file, settings);
    try {
      checkServable(model);
      await model.warmUp();
      return model;
    } catch (error) {
      await model.close();
      throw error;
    }
  };
}

function checkServable({ path, task, format }: Model): void {
  if (task !== 'classification') {
    throw new RoentgenError(
      'ERR_UNSUPPORTED',
      `${path}: it reconstructs images, and only classifiers can be served: name those, or move it out of the folder`,
    );
  }
  if (format.lungs !== undefined) {
    throw new RoentgenError(
      'ERR_UNSUPPORTED',
      `${path}: it sees the lungs alone, and requests bring no lung masks: serve a model of whole images`,
    );
  }
}
