/** Models with weights as drawn: what they cost does not depend on training. */
import { Random } from '../data/index.js';
import { toMetadata } from '../inference/index.js';
import { lossOf, type ModelSpec } from '../models/index.js';
import { Network, readTensors, writeTensors, type NetworkShape } from '../native/index.js';
import { normalizationOf } from './workload.js';

/** Writes a model file to `path`, with statistics in its norms that are not zeros and ones. */
export async function drawModel(spec: ModelSpec, shape: NetworkShape, path: string): Promise<void> {
  using network = Network.build(spec, shape, 1);
  const { mean, std } = normalizationOf(shape.channels);
  await network.save(
    path,
    toMetadata({
      model: spec.name,
      classes: Array.from({ length: shape.outputs }, (_, at) => `class ${at + 1}`),
      task: spec.task,
      output: spec.output,
      loss: lossOf(spec),
      mean: [...mean],
      std: [...std],
      fit: 'contain',
      provenance: {},
    }),
  );
  const file = await readTensors(path);
  const random = new Random(7);
  for (const [tensor, { values }] of Object.entries(file.tensors)) {
    if (!(values instanceof Float32Array)) continue;
    const low = tensor.endsWith('running_var')
      ? 0.5
      : tensor.endsWith('running_mean')
        ? -0.5
        : null;
    if (low !== null) values.forEach((_, at) => (values[at] = low + random.next()));
  }
  await writeTensors(path, file);
}
