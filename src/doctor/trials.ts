/** The proof of the pudding: one training step on synthetic radiographs. */
import { Dataset, Network, Trainer, type TrainerConfig } from '../native/index.js';
import { setupWith } from './remedies.js';
import type { CheckSpec, Finding } from './types.js';

export const trialChecks: readonly CheckSpec[] = [
  { name: 'training', needsAddon: true, remedy: setupWith('--force'), run: trainOneStep },
];

const images = 8;
const side = 32;

const config: Omit<TrainerConfig, 'precision'> = {
  loss: { kind: 'crossEntropy' },
  optimizer: { algorithm: 'adam' },
  device: 'cpu',
  normalization: { mean: [0.5], std: [0.25] },
  seed: 0,
};

/** LeNet-5 on healthy against bacterial lungs; the loss itself says nothing, but that it is a number does. */
async function trainOneStep(): Promise<Finding> {
  const { drawPhantom } = await import('../data/index.js');
  const { loadModelSpec } = await import('../models/index.js');
  const pixels = Array.from({ length: images }, (_, patient) => {
    const kind = patient % 2 === 0 ? 'normal' : 'bacterial';
    return drawPhantom({ kind, patient, size: side }).pixels;
  });
  using dataset = Dataset.fromImages(Buffer.concat(pixels), [images, 1, side, side]);
  const shape = { outputs: 2, channels: 1, height: side, width: side };
  using network = Network.build(loadModelSpec('lenet5'), shape, 0);
  using trainer = new Trainer(network, { ...config, precision: 'fp32' });
  const indices = Int32Array.from({ length: images }, (_, index) => index);
  const labels = indices.map((index) => index % 2);
  const { loss, seconds } = await trainer.epoch(dataset, {
    indices,
    labels,
    epoch: 0,
    batchSize: images,
    learningRate: 1e-3,
  });
  if (Number.isFinite(loss)) {
    const summary = `one step of lenet5 in ${(seconds * 1000).toFixed(0)} ms, loss ${loss.toFixed(3)}`;
    return { status: 'ok', summary };
  }
  return {
    status: 'failed',
    summary: `one step of lenet5 gave the loss ${loss}`,
    remedy: setupWith('--force'),
  };
}
