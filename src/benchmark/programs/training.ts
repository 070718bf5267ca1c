/** The step of `roentgen train`: batch, forward, loss, backward, Adam. */
import { countSteps, Network, Trainer } from '../../native/index.js';
import { alternatingLabels, noise } from '../drawnImages.js';
import type { MeasurePlan } from '../plan.js';
import { normalizationOf } from '../workload.js';
import { sizesOf, type Subject } from './subject.js';

/** Batches in the drawn dataset. */
const batches = 3;
/** What a step costs does not depend on it; a small one keeps the loss finite. */
const learningRate = 1e-4;

export function openTraining(plan: MeasurePlan): Subject {
  const { spec, shape, loss, precision, device, batchSize } = plan;
  const { channels, height, width } = shape;
  const network = Network.build(spec, shape, 1);
  const trainer = new Trainer(network, {
    loss: { kind: loss },
    optimizer: { algorithm: 'adam' },
    precision,
    device,
    normalization: normalizationOf(channels),
    seed: 1,
  });
  const count = batches * batchSize;
  const dataset = noise([count, channels, height, width]);
  const indices = Int32Array.from({ length: count }, (_, at) => at);
  const labels = spec.task === 'reconstruction' ? new Int32Array() : alternatingLabels(count);
  // The last step of an epoch may have another number of images: the next epoch begins in its place.
  const perEpoch = countSteps(count, batchSize) - 1;
  let steps = 0;
  return {
    ...sizesOf(network),
    step: () => {
      const epoch = Math.floor(steps / perEpoch);
      steps += 1;
      return trainer.epoch(dataset, {
        ...{ indices, labels, epoch, batchSize, learningRate, updates: 1 },
      });
    },
  };
}
