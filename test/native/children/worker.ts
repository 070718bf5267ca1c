/** In a worker: trains without end, or one epoch. */
import { parentPort, workerData } from 'node:worker_threads';
import { brightness, config, endlessTraining, epochOptions, smallNetwork } from '../support.js';
import { Trainer } from '../../../src/native/index.js';

async function work(): Promise<void> {
  if (workerData === 'train') {
    const { dataset, trainer } = endlessTraining();
    await trainer.epoch(
      dataset,
      { ...epochOptions(4096), batchSize: 2 },
      { onProgress: () => parentPort?.postMessage('training') },
    );
    return;
  }
  const trainer = new Trainer(smallNetwork(), config);
  const { loss } = await trainer.epoch(brightness(64), epochOptions(64));
  parentPort?.postMessage(loss);
}

void work();
