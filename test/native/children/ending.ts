/** Starts endless training in this process and ends the process in the way that its argument names. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { join } from 'node:path';
import { endlessTraining, epochOptions } from '../support.js';

async function startTraining(): Promise<void> {
  const { dataset, trainer } = endlessTraining();
  await new Promise<void>((resolve) => {
    void trainer.epoch(
      dataset,
      { ...epochOptions(4096), batchSize: 2 },
      {
        onProgress: () => {
          resolve();
        },
      },
    );
  });
}

async function terminateWorkers(): Promise<void> {
  for (let i = 0; i < 3; i += 1) {
    const worker = new Worker(join(__dirname, 'worker.js'), { workerData: 'train' });
    await once(worker, 'message');
    await worker.terminate();
  }
}

const endings: Record<string, () => Promise<void>> = {
  exit: async () => {
    await startTraining();
    process.exit(7);
  },
  throw: async () => {
    await startTraining();
    setImmediate(() => {
      throw new Error('on purpose');
    });
  },
  reject: async () => {
    await startTraining();
    throw new Error('on purpose');
  },
  interrupt: async () => {
    await startTraining();
    process.kill(process.pid, 'SIGINT');
    await new Promise(() => undefined);
  },
  natural: async () => {
    const { dataset, trainer } = endlessTraining();
    await trainer.epoch(dataset, epochOptions(64));
  },
  terminate: terminateWorkers,
};

const ending = endings[process.argv[2] ?? ''];
if (!ending) throw new Error('unknown ending');
void ending();
