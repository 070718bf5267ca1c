/** Whatever comes and goes, each input gets its own answer once, in batches that keep their order and size. */
import { setImmediate, setTimeout } from 'node:timers/promises';
import test from 'ava';
import { Random } from '../../../src/data/index.js';
import { Batcher, type Crew } from '../../../src/inference/predictor/batcher.js';

interface Batch extends Crew {
  inputs: number[];
}

/** Doubles its inputs after some milliseconds, and keeps book. Batches of which `fails` says so throw. */
function doubler(
  milliseconds: () => number,
  fails: (inputs: readonly number[]) => boolean = () => false,
) {
  const batches: Batch[] = [];
  const atWork = new Set<number>();
  const violations: string[] = [];
  let team = false;
  const run = async (inputs: readonly number[], crew: Crew): Promise<number[]> => {
    if (atWork.has(crew.worker)) violations.push(`worker ${crew.worker} got two batches`);
    if (team || (crew.team && atWork.size > 0)) violations.push('a team is not alone');
    if (crew.team) team = true;
    atWork.add(crew.worker);
    batches.push({ inputs: [...inputs], ...crew });
    await setTimeout(milliseconds());
    atWork.delete(crew.worker);
    if (crew.team) team = false;
    if (fails(inputs)) throw new Error(`failed: ${inputs.join()}`);
    return inputs.map((input) => 2 * input);
  };
  return { run, batches, violations };
}

const sizes = (batches: readonly Batch[]): number[] => batches.map(({ inputs }) => inputs.length);

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`with random arrivals, aborts and failures every input is answered once, by its own answer: seed ${seed}`, async (t) => {
    const random = new Random(seed);
    const workers = 1 + Math.floor(4 * random.next());
    const maxBatch = 1 + Math.floor(7 * random.next());
    const maxWaitMs = random.chance(0.5) ? 0 : 3;
    const teams = random.chance(0.5);
    const { run, batches, violations } = doubler(
      () => 4 * random.next(),
      (inputs) => inputs.some((input) => input % 37 === 0),
    );
    const batcher = new Batcher(run, { workers, maxBatch, maxWaitMs, teams });
    const outcomes = new Map<number, unknown>();
    const calls: Promise<void>[] = [];
    for (let input = 1; input <= 400; input += 1) {
      if (random.chance(0.3)) await setTimeout(3 * random.next());
      const controller = new AbortController();
      const call = batcher.submit(input, controller.signal).then(
        ({ output, batch, queueMs, computeMs }) => {
          t.false(outcomes.has(input));
          outcomes.set(input, output);
          t.true(batch >= 1 && batch <= maxBatch && queueMs >= 0 && computeMs >= 0);
        },
        (error: unknown) => {
          t.false(outcomes.has(input));
          outcomes.set(input, error);
        },
      );
      calls.push(call);
      if (random.chance(0.1)) {
        const abort = async (): Promise<void> => {
          await setTimeout(4 * random.next());
          controller.abort();
        };
        calls.push(abort());
      }
    }
    await Promise.all(calls);
    await batcher.idled();

    t.deepEqual(violations, []);
    t.true(batches.every(({ inputs }) => inputs.length <= maxBatch));
    const started = batches.flatMap(({ inputs }) => inputs);
    t.deepEqual(
      started,
      started.toSorted((a, b) => a - b),
      'first come, first served',
    );
    t.is(outcomes.size, 400);
    for (const [input, outcome] of outcomes) {
      const batch = batches.find(({ inputs }) => inputs.includes(input));
      if (typeof outcome === 'number') t.is(outcome, 2 * input);
      else if ((outcome as { code?: string }).code === 'ABORT_ERR') t.pass();
      else
        t.true(
          batch?.inputs.some((other) => other % 37 === 0),
          `${input}: ${String(outcome)}`,
        );
    }
    t.is(batcher.waiting, 0);
    t.is(batcher.busy, 0);
  });
}

test('what comes in one turn is shared by the workers: sixteen images and two workers make eight and eight', async (t) => {
  const { run, batches } = doubler(() => 5);
  const batcher = new Batcher(run, { workers: 2, maxBatch: 16, maxWaitMs: 0, teams: true });
  const inputs = Array.from({ length: 16 }, (_, at) => at);
  const answers = await Promise.all(inputs.map(async (input) => batcher.submit(input)));
  t.deepEqual(
    answers.map(({ output }) => output),
    inputs.map((input) => 2 * input),
  );
  t.deepEqual(sizes(batches), [8, 8]);
  t.true(batches.every(({ team }) => !team));
});

test('an image that is alone gets all cores, and what comes meanwhile waits for its end', async (t) => {
  const batches: [inputs: number, team: boolean][] = [];
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const run = async (inputs: readonly number[], { team }: Crew): Promise<readonly number[]> => {
    batches.push([inputs.length, team]);
    if (team) await finished;
    return inputs;
  };
  const batcher = new Batcher(run, { workers: 2, maxBatch: 16, maxWaitMs: 0, teams: true });
  const calls = [batcher.submit(1)];
  await setTimeout(5);
  calls.push(...[2, 3, 4].map(async (input) => batcher.submit(input)));
  await setTimeout(5);
  t.is(batcher.busy, 1);
  t.is(batcher.waiting, 3);
  finish();
  await Promise.all(calls);
  t.deepEqual(batches, [
    [1, true],
    [2, false],
    [1, false],
  ]);
});

test('an image waits for others as long as it may while a worker is idle', async (t) => {
  const { run, batches } = doubler(() => 1);
  const batcher = new Batcher(run, { workers: 1, maxBatch: 3, maxWaitMs: 500, teams: false });
  const first = batcher.submit(1);
  await setTimeout(10);
  const [{ queueMs }] = await Promise.all([first, batcher.submit(2)]);
  t.true(queueMs >= 490, `${queueMs}`);
  t.deepEqual(sizes(batches), [2]);
});

test('no image waits where a batch is full', async (t) => {
  const { run, batches } = doubler(() => 1);
  const batcher = new Batcher(run, { workers: 1, maxBatch: 3, maxWaitMs: 1e6, teams: false });
  await Promise.all([3, 4, 5].map(async (input) => batcher.submit(input)));
  t.deepEqual(sizes(batches), [3]);
});

test('an aborted image leaves the queue at once; one at work is computed, and its answer dropped', async (t) => {
  const { run, batches } = doubler(() => 20);
  const batcher = new Batcher(run, { workers: 1, maxBatch: 1, maxWaitMs: 0, teams: false });
  const [atWork, inLine] = [new AbortController(), new AbortController()];
  const calls = [
    batcher.submit(1, atWork.signal),
    batcher.submit(2, inLine.signal),
    batcher.submit(3),
  ];
  await setImmediate();
  await setImmediate();
  const reason = new Error('no longer needed');
  atWork.abort(reason);
  inLine.abort(reason);
  const [first, second, third] = await Promise.allSettled(calls);
  for (const outcome of [first, second]) {
    if (outcome?.status !== 'rejected') return t.fail('aborted calls reject');
    t.like(outcome.reason, { code: 'ABORT_ERR', cause: reason });
  }
  t.is(third?.status, 'fulfilled');
  t.deepEqual(
    batches.map(({ inputs }) => inputs),
    [[1], [3]],
  );
  await t.throwsAsync(batcher.submit(4, AbortSignal.abort()), { code: 'ABORT_ERR' });
});

test('it is idle once the last input is answered, or aborted', async (t) => {
  const { run } = doubler(() => 5);
  const batcher = new Batcher(run, { workers: 2, maxBatch: 4, maxWaitMs: 10_000, teams: false });
  await batcher.idled();
  const controller = new AbortController();
  const call = batcher.submit(1, controller.signal);
  const idled = batcher.idled();
  await setTimeout(5);
  controller.abort();
  await t.throwsAsync(call, { code: 'ABORT_ERR' });
  await idled;
  const full = Promise.all([1, 2, 3, 4].map(async (input) => batcher.submit(input)));
  await setTimeout(1);
  await batcher.idled();
  t.is((await full).length, 4);
});
