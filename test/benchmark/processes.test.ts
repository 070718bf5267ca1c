/** Processes that measure: what they print, and how they end. */
import test from 'ava';
import { inTurn, run, runForOne } from '../../src/benchmark/index.js';

const node = (program: string) => ({ file: process.execPath, args: ['-e', program] });

test('every line that a process prints is a value', async (t) => {
  t.deepEqual(await run(node('console.log(1);console.log(JSON.stringify({a:2}))')), [1, { a: 2 }]);
});

test('a process that fails is an error with its last words, one that prints two lines is no single value', async (t) => {
  await t.throwsAsync(run(node('throw new Error("no luck")')), {
    code: 'ERR_INTERNAL',
    message: /no luck/,
  });
  await t.throwsAsync(runForOne(node('console.log(1);console.log(2)')), { code: 'ERR_INTERNAL' });
});

test('a process that the system killed ran out of memory, most likely', async (t) => {
  await t.throwsAsync(run(node('process.kill(process.pid, "SIGKILL")')), {
    code: 'ERR_OUT_OF_MEMORY',
  });
});

test('a program that does not exist is told by name', async (t) => {
  await t.throwsAsync(run({ file: '/no/such/python', args: [] }), {
    code: 'ERR_NOT_FOUND',
    message: /\/no\/such\/python/,
  });
});

test('aborting ends the process', async (t) => {
  const controller = new AbortController();
  const endless = run({ ...node('setInterval(() => {}, 1000)'), signal: controller.signal });
  controller.abort();
  await t.throwsAsync(endless, { code: 'ABORT_ERR' });
});

test('sides take turns, round by round', async (t) => {
  const order: string[] = [];
  const side = (name: string) => (round: number) => {
    order.push(`${name}${round}`);
    return Promise.resolve(round);
  };
  t.deepEqual(await inTurn(2, [side('a'), side('b')]), [
    [0, 1],
    [0, 1],
  ]);
  t.deepEqual(order, ['a0', 'b0', 'a1', 'b1']);
});
