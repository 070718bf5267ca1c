/** From a path to a model: the file that it stands for, read and checked. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Network } from '../native/index.js';
import { fromMetadata } from './description.js';
import { Model } from './model.js';
import type { PredictorSettings } from './predictor/index.js';

/** The best model of a run directory. */
export const bestModelFile = 'model_best.safetensors';

/**
 * Reads a model file, or the best model of a run directory.
 * @param settings how it will predict, and how much of that at once
 * @throws RoentgenError ERR_NOT_FOUND, ERR_IO; ERR_INVALID_FILE, ERR_MODEL_MISMATCH for a damaged or foreign file;
 * ERR_INVALID_ARGUMENT for a wrong setting
 */
export async function loadModel(path: string, settings: PredictorSettings = {}): Promise<Model> {
  const file = modelPath(path);
  const network = await Network.load(file);
  try {
    return new Model(file, network, fromMetadata(network.metadata, file), settings);
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** Whether the path is a run's folder rather than a model file. */
export function isRunDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** The model file that a path stands for: itself, or the best model of a run directory. */
export function modelPath(path: string): string {
  return isRunDirectory(path) ? join(path, bestModelFile) : path;
}
