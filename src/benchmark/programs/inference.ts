/** The pass that predictions take: the compiled network on a batch of decoded images. */
import { compileNetwork, Network } from '../../native/index.js';
import { noisePixels } from '../drawnImages.js';
import type { MeasurePlan } from '../plan.js';
import { normalizationOf } from '../workload.js';
import { sizesOf, type Subject } from './subject.js';

export async function openInference(plan: MeasurePlan): Promise<Subject> {
  const { spec, shape, precision, device, batchSize, threads } = plan;
  const { channels, height, width } = shape;
  using network = Network.build(spec, shape, 1);
  const normalization = normalizationOf(channels);
  const compiled = await compileNetwork(network, { precision, normalization, device, workers: 1 });
  const size = channels * height * width;
  const pixels = noisePixels(batchSize * size);
  const images = Array.from({ length: batchSize }, (_, at) =>
    pixels.subarray(at * size, (at + 1) * size),
  );
  return { ...sizesOf(network), step: () => compiled.run(images, { worker: 0, threads }) };
}
