/** Runs a compiled network without end and ends in the way that its argument names; prints when. */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { Network, compileNetwork } from '../../../src/native/index.js';
import { normalization } from '../support.js';

// A run takes ten seconds, a layer of it ten milliseconds.
const side = 128;
const layers = [
  ...Array.from({ length: 1000 }, (_, i) => ({
    ...{ kind: 'conv2d', name: `conv${i}`, out: 32, kernel: 3, padding: 'same' },
  })),
  { kind: 'flatten' },
  { kind: 'linear', name: 'head', out: 'classes' },
];

/** Starts runs on two workers and returns while they are under way. */
async function startRuns(): Promise<void> {
  const shape = { outputs: 2, channels: 1, height: side, width: side };
  const network = Network.build({ convention: 'keras', layers }, shape, 1);
  const options = { precision: 'fp32', normalization, device: 'cpu', workers: 2 } as const;
  const compiled = await compileNetwork(network, options);
  const images = new Array<Uint8Array>(8).fill(new Uint8Array(side * side));
  for (const worker of [0, 1, 0, 1]) void compiled.run(images, { worker, threads: 1 });
  await wait(100);
}

const endings: Record<string, () => Promise<void>> = {
  exit: async () => {
    await startRuns();
    tell();
    process.exit(7);
  },
  terminate: async () => {
    const worker = new Worker(__filename);
    await once(worker, 'message');
    tell();
    await worker.terminate();
  },
  // Nothing is left to do, and the threads of the workers wait for more.
  natural: async () => {
    const network = Network.build(
      { convention: 'keras', layers: layers.slice(-2) },
      { outputs: 2, channels: 1, height: 8, width: 8 },
      1,
    );
    const options = { precision: 'fp32', normalization, device: 'cpu', workers: 2 } as const;
    const compiled = await compileNetwork(network, options);
    await compiled.run([new Uint8Array(64)], { worker: 1, threads: 1 });
    tell();
  },
};

function tell(): void {
  console.log(Date.now());
}

async function main(): Promise<void> {
  if (!isMainThread) {
    await startRuns();
    parentPort?.postMessage('running');
    return;
  }
  const ending = endings[process.argv[2] ?? ''];
  if (!ending) throw new Error('unknown ending');
  await ending();
}

void main();
