/** Trains on drawn images, alone or as one of several processes, and prints one line per epoch. */
import { Group, setThreads, type Precision } from '../../../src/native/index.js';
import { emit, main, measure } from './measure.js';
import { alternatingLabels, buildWorkload, noise, wholeEpoch } from './workload.js';

const [model = '', precision = '', batch = '', epochs = '', threads = '', rank, size, port] =
  process.argv.slice(2);

/** In an epoch. */
const batches = 3;

main(async () => {
  setThreads(Number(threads));
  const batchSize = Number(batch);
  const images = batches * batchSize;
  const dataset = noise([images, 3, 224, 224]);
  using group =
    rank === undefined
      ? undefined
      : await Group.join({
          ...{ rank: Number(rank), size: Number(size), address: '127.0.0.1', port: Number(port) },
          ...{ hosted: false, name: 'bench', timeoutMs: 60_000 },
        });
  const { network, trainer } = buildWorkload(model, dataset.shape, {
    precision: precision as Precision,
    ...(group && { group }),
  });
  const { trainable, layers } = network.summary();
  for (let epoch = 0; epoch < Number(epochs); epoch += 1) {
    const options = { ...wholeEpoch(alternatingLabels(images), epoch), batchSize };
    const { seconds } = await measure(() => trainer.epoch(dataset, options));
    if (epoch === 0) continue;
    const norms = layers.filter(({ kind }) => kind === 'batchNorm').length;
    emit({ stepSeconds: seconds / batches, parameters: trainable, norms });
  }
});
