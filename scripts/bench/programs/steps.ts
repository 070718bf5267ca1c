/** Trains on drawn images that stay on the device, and prints one line for each epoch of some steps. */
import type { Device } from '../../../src/native/index.js';
import { emit, main, measure } from './measure.js';
import { alternatingLabels, buildWorkload, noise, wholeEpoch } from './workload.js';

const [model = '', device = '', batch = '', steps = '', epochs = ''] = process.argv.slice(2);

main(async () => {
  const batchSize = Number(batch);
  const images = Number(steps) * batchSize;
  const dataset = noise([images, 3, 224, 224]);
  const { trainer } = buildWorkload(model, dataset.shape, {
    device: device as Device,
    precision: 'bf16',
  });
  // The first finds algorithms and records.
  for (let epoch = 0; epoch <= Number(epochs); epoch += 1) {
    const options = { ...wholeEpoch(alternatingLabels(images), epoch), batchSize };
    const { seconds } = await measure(() => trainer.epoch(dataset, options));
    if (epoch > 0) emit({ imagesPerSecond: images / seconds });
  }
});
