/** Two-class networks for one channel at 224², with drawn weights. */
import { drawModel } from '../../../src/benchmark/index.js';
import { loadModelSpec } from '../../../src/models/index.js';

export async function drawGrayModel(name: string, path: string): Promise<void> {
  const shape = { outputs: 2, channels: 1, height: 224, width: 224 };
  await drawModel(loadModelSpec(name), shape, path);
}
