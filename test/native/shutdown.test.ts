/** However a process or a worker ends while the addon trains, it ends with its own exit code. */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import { runChild } from './support.js';

const endings = [
  { name: 'exit', what: 'process.exit(7)', code: 7, signal: null },
  { name: 'throw', what: 'an uncaught exception', code: 1, signal: null },
  { name: 'reject', what: 'an unhandled rejection', code: 1, signal: null },
  { name: 'interrupt', what: 'SIGINT without a handler', code: null, signal: 'SIGINT' },
  { name: 'natural', what: 'the end of the script', code: 0, signal: null },
  { name: 'terminate', what: 'worker.terminate(), three times', code: 0, signal: null },
] as const;

for (const { name, what, code, signal } of endings) {
  test(`${what} while training ends the process cleanly`, async (t) => {
    for (let round = 0; round < 3; round += 1) {
      const ending = await runChild('ending', name);
      t.deepEqual([ending.code, ending.signal], [code, signal], ending.output);
    }
  });
}

test('three workers train at once with the same result, and a fourth after them', async (t) => {
  const script = join(__dirname, 'children', 'worker.js');
  const train = async (): Promise<unknown> => {
    const worker = new Worker(script, { workerData: 'epoch' });
    // Listened to together: Node may hand over the last message and the end in one turn.
    const [[loss], [code]] = (await Promise.all([
      once(worker, 'message'),
      once(worker, 'exit'),
    ])) as [[unknown], [number]];
    t.is(code, 0);
    return loss;
  };
  const losses = await Promise.all([train(), train(), train()]);
  losses.push(await train());
  t.is(new Set(losses).size, 1);
  t.is(typeof losses[0], 'number');
});

test('networks, compiled ones, datasets, trainers and memory are given back, disposed of or not', async (t) => {
  const { code, output } = await runChild('leaks');
  t.is(code, 0, output);
  const { datasets, networks, compiled, trainers, operations, grownBytes } = JSON.parse(
    output,
  ) as Record<string, number>;
  t.deepEqual(
    { datasets, networks, compiled, trainers, operations },
    { datasets: 0, networks: 0, compiled: 0, trainers: 0, operations: 0 },
  );
  // 60 rounds of a 256 KiB dataset and a 28 KiB network: keeping either would show as 15 MiB.
  t.true((grownBytes ?? Infinity) < 12 * 2 ** 20, output);
});
