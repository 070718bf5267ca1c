/** Trains, compiles and drops networks many times; prints live handles and how far memory grew after warming up. */
import { setTimeout as wait } from 'node:timers/promises';
import { Trainer, compileNetwork, liveHandles } from '../../../src/native/index.js';
import {
  brightness,
  config,
  epochOptions,
  evaluationOptions,
  normalization,
  side,
  smallNetwork,
} from '../support.js';

const [warmUp, rounds] = [20, 60];

async function round(dispose: boolean): Promise<void> {
  const [dataset, network] = [brightness(256), smallNetwork()];
  const trainer = new Trainer(network, config);
  await trainer.epoch(dataset, epochOptions(256));
  await network.evaluate(dataset, evaluationOptions(256));
  const options = { precision: 'fp32', normalization, device: 'cpu', workers: 2 } as const;
  const compiled = await compileNetwork(network, options);
  const images = [new Uint8Array(side * side)];
  await Promise.all([0, 1].map(async (worker) => compiled.run(images, { worker, threads: 1 })));
  if (!dispose) return;
  compiled.dispose();
  trainer.dispose();
  network.dispose();
  dataset.dispose();
}

async function main(): Promise<void> {
  let before = 0;
  for (let i = 0; i < warmUp + rounds; i += 1) {
    if (i === warmUp) before = process.memoryUsage().rss;
    // Every other round leaves its handles to the garbage collector.
    await round(i % 2 === 0);
    global.gc?.();
  }
  // Finalizers run in turns of the event loop of their own.
  for (let i = 0; i < 10; i += 1) {
    global.gc?.();
    await wait(10);
  }
  const grownBytes = process.memoryUsage().rss - before;
  console.log(JSON.stringify({ ...liveHandles(), grownBytes, rounds }));
}

void main();
