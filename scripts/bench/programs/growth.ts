/** Prints the resident memory after each of many epochs of a small network. */
import { emit, main } from './measure.js';
import { alternatingLabels, buildWorkload, noise, wholeEpoch } from './workload.js';

const [epochs = ''] = process.argv.slice(2);

main(async () => {
  const dataset = noise([128, 1, 128, 128]);
  const { trainer } = buildWorkload('cnn-binary', dataset.shape);
  const labels = alternatingLabels(128);
  for (let epoch = 0; epoch < Number(epochs); epoch += 1) {
    await trainer.epoch(dataset, wholeEpoch(labels, epoch), { onProgress: () => undefined });
    global.gc?.();
    emit({ bytes: process.memoryUsage.rss() });
  }
});
