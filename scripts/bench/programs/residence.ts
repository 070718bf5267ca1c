/** Prints how the resident memory changes when a large dataset is opened, passed through, and disposed of. */
import { Dataset, type Shape4 } from '../../../src/native/index.js';
import { emit, main } from './measure.js';
import { alternatingLabels, buildWorkload, noise, wholeEpoch } from './workload.js';

const [action = '', path = ''] = process.argv.slice(2);

/** 6,000 images of 50,176 bytes: as large as the Kermany set at 224². */
const [count, height, width] = [6000, 224, 224];
const shape: Shape4 = [count, 1, height, width];

/** Written by another process than the one that measures, which must never have held the images. */
async function write(): Promise<void> {
  using dataset = noise(shape);
  await dataset.save(path, { metadata: {}, columns: {} });
  emit({ bytes: shape.reduce((product, size) => product * size) });
}

async function observe(): Promise<void> {
  const small = noise([64, 1, height, width]);
  const { network, trainer, normalization } = buildWorkload('lenet5', small.shape);
  const evaluate = (dataset: Dataset): Promise<unknown> =>
    network.evaluate(dataset, {
      indices: Int32Array.from({ length: dataset.shape[0] }, (_, i) => i),
      labels: new Int32Array(),
      batchSize: 32,
      loss: 'crossEntropy',
      precision: 'fp32',
      normalization,
    });
  // Brings the network's own working memory to where it always is.
  const settle = async (): Promise<void> => {
    for (let epoch = 0; epoch < 3; epoch += 1) {
      await trainer.epoch(small, wholeEpoch(alternatingLabels(64), epoch));
      await evaluate(small);
    }
  };
  await settle();
  const before = resident();
  const dataset = await Dataset.open(path);
  await evaluate(dataset);
  const held = resident() - before;
  dataset.dispose();
  await settle();
  emit({ held, left: resident() - before });
}

/** Bytes of this process in memory, after its garbage was collected. */
function resident(): number {
  global.gc?.();
  return process.memoryUsage.rss();
}

main(action === 'write' ? write : observe);
