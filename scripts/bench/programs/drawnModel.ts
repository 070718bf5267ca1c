/** Models with weights as drawn: what they cost does not depend on training. */
import { loadModelSpec } from '../../../src/models/index.js';
import { toMetadata } from '../../../src/inference/index.js';
import { Network, readTensors, writeTensors } from '../../../src/native/index.js';
import { randomNumbers } from './random.js';

/** Writes a two-class gray model at 224² to `path`, with statistics in its norms that are not zeros and ones. */
export async function drawModel(name: string, path: string): Promise<void> {
  const shape = { outputs: 2, channels: 1, height: 224, width: 224 };
  using network = Network.build(loadModelSpec(name), shape, 1);
  await network.save(
    path,
    toMetadata({
      model: name,
      classes: ['NORMAL', 'PNEUMONIA'],
      task: 'classification',
      output: 'softmax',
      loss: 'crossEntropy',
      mean: [0.5],
      std: [0.25],
      fit: 'contain',
      provenance: {},
    }),
  );
  const file = await readTensors(path);
  const draw = randomNumbers(7);
  for (const [tensor, { values }] of Object.entries(file.tensors)) {
    if (!(values instanceof Float32Array)) continue;
    if (tensor.endsWith('running_var')) values.forEach((_, at) => (values[at] = 0.5 + draw()));
    if (tensor.endsWith('running_mean')) values.forEach((_, at) => (values[at] = draw() - 0.5));
  }
  await writeTensors(path, file);
}
