/** Trains on a packed folder and prints one line per epoch: the other side of pytorch.py. */
import { openData } from '../../../src/data/index.js';
import { emit, main, measure } from './measure.js';
import { buildWorkload, wholeEpoch } from './workload.js';

const [model = '', folder = '', cacheDir = '', channels = '', epochs = ''] = process.argv.slice(2);

main(async () => {
  const format = {
    channels: channels === '1' ? 1 : 3,
    height: 224,
    width: 224,
    fit: 'fill',
  } as const;
  const { dataset, index } = await openData(folder, format, { cacheDir });
  const { trainer } = buildWorkload(model, dataset.shape);
  for (let epoch = 0; epoch < Number(epochs); epoch += 1) {
    const options = wholeEpoch(index.labels, epoch);
    const { result, ...cost } = await measure(() => trainer.epoch(dataset, options));
    emit({ ...cost, images: result.samples, loss: result.loss });
  }
});
