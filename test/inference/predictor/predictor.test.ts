/** The predictor around a compiled network that is made up here: what it asks of it, and when. */
import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { Random } from '../../../src/data/index.js';
import { toProbabilities } from '../../../src/evaluation/index.js';
import { Predictor } from '../../../src/inference/predictor/index.js';
import { compileChecked, largestShift } from '../../../src/inference/predictor/precision.js';
import { setThreads, type CompiledNetwork, type RunOptions } from '../../../src/native/index.js';

const format = { channels: 1, height: 12, width: 12, fit: 'fill' } as const;
const size = 144;

interface Pass extends RunOptions {
  images: number;
}

/** Its one output is the image's first value, times `factor`, plus what it was compiled as. */
class Fake implements CompiledNetwork {
  readonly outputs = 1;
  readonly passes: Pass[] = [];
  disposed = false;

  constructor(
    private readonly milliseconds: number,
    private readonly offset = 0,
  ) {}

  async run(
    images: readonly (Uint8Array | Float32Array)[],
    options: RunOptions,
  ): Promise<Float32Array> {
    if (this.disposed) throw Object.assign(new Error('gone'), { code: 'ERR_DISPOSED' });
    this.passes.push({ images: images.length, ...options });
    await setTimeout(this.milliseconds);
    if (images.some((image) => image[0] === 13)) throw new Error('thirteen');
    return Float32Array.from(images, (image) => (image[0] ?? NaN) + this.offset);
  }

  dispose(): void {
    this.disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

const image = (value: number): Uint8Array => new Uint8Array(size).fill(value);

function predictorOf(
  fakes: readonly Fake[],
  settings: ConstructorParameters<typeof Predictor>[1],
): Predictor {
  const left = [...fakes];
  const compile = async (): Promise<Fake> => {
    await setTimeout(1);
    return left.shift() ?? new Fake(1);
  };
  return new Predictor({ compile, format }, settings);
}

test('concurrent calls get their own answers, in few passes, and the statistics count them', async (t) => {
  const fake = new Fake(5);
  const predictor = predictorOf([fake], { workers: 2, maxBatch: 8 });
  const inputs = Array.from({ length: 40 }, (_, at) => (at < 13 ? at : at + 1));
  const answers = await Promise.all(inputs.map(async (value) => predictor.outputs(image(value))));
  t.deepEqual(
    answers.map(({ values }) => [...values]),
    inputs.map((value) => [value]),
  );
  t.true(fake.passes.length <= 12, `${fake.passes.length} passes`);
  const statistics = predictor.statistics();
  t.like(statistics, { answered: 40, refused: 0, aborted: 0, failed: 0, pending: 0, waiting: 0 });
  t.like(statistics, { workers: 2, precision: 'fp32', probabilityShift: null, device: 'cpu' });
  t.is(statistics.batches, fake.passes.length);
  const sum = answers.reduce((total, { computeMs }) => total + computeMs, 0);
  t.true(Math.abs(statistics.computeMs - sum) < 1e-6);
});

test.serial(
  'one image gets all threads, several a worker each its share, and a given number of threads is kept',
  async (t) => {
    setThreads(6);
    const passesOf = async (count: number, settings: { workers?: number; threads?: number }) => {
      const fake = new Fake(3);
      const predictor = predictorOf([fake], settings);
      await predictor.warmUp();
      fake.passes.length = 0;
      await Promise.all(
        Array.from({ length: count }, async (_, at) => predictor.outputs(image(at))),
      );
      return fake.passes.map(({ images, worker, threads }) => [images, worker, threads]);
    };
    t.deepEqual(await passesOf(1, {}), [[1, 0, 6]]);
    t.is(predictorOf([], {}).statistics().workers, 6);
    t.deepEqual(await passesOf(4, { workers: 2 }), [
      [2, 0, 3],
      [2, 1, 3],
    ]);
    t.deepEqual(await passesOf(8, { workers: 1 }), [[8, 0, 6]]);
    t.deepEqual(await passesOf(1, { workers: 2, threads: 1 }), [[1, 0, 1]]);
    setThreads(1);
  },
);

test('a call that would not fit is refused whole, says so, and is none the worse later', async (t) => {
  const predictor = predictorOf([new Fake(5)], { capacity: 4, workers: 1 });
  const large = predictor.admit(9);
  t.throws(() => predictor.admit(1), { code: 'ERR_OVERLOADED', message: /^9 images .* 1 more/ });
  await t.throwsAsync(predictor.outputs(image(1)), { code: 'ERR_OVERLOADED' });
  large.release();
  const places = predictor.admit(4);
  const calls = [1, 2, 3, 4].map(async (value) => predictor.outputs(image(value), { places }));
  await t.throwsAsync(predictor.outputs(image(5)), { code: 'ERR_OVERLOADED' });
  await Promise.all(calls);
  t.deepEqual([...(await predictor.outputs(image(5))).values], [5]);
  t.like(predictor.statistics(), { answered: 5, refused: 3, pending: 0 });
});

test('a pass that fails rejects its own images and no others', async (t) => {
  const predictor = predictorOf([new Fake(2)], { workers: 1, maxBatch: 2 });
  const values = [13, 1, 2, 3];
  const outcomes = await Promise.allSettled(
    values.map(async (value) => predictor.outputs(image(value))),
  );
  t.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled', 'fulfilled'],
  );
  t.like(predictor.statistics(), { answered: 2, failed: 2, pending: 0 });
});

test('an image of another size is refused before it could spoil a batch', async (t) => {
  const predictor = predictorOf([new Fake(1)], {});
  await t.throwsAsync(predictor.outputs(new Float32Array(7)), {
    code: 'ERR_INVALID_ARGUMENT',
    message: 'Expected 144 values for an image of [1, 12, 12] but received 7',
  });
});

test('closing answers what was accepted, then frees the network, and nothing comes after it', async (t) => {
  const fake = new Fake(5);
  const predictor = predictorOf([fake], { workers: 1, maxBatch: 1, maxWaitMs: 1 });
  const calls = [1, 2, 3].map(async (value) => predictor.outputs(image(value)));
  const closing = predictor.close();
  await t.throwsAsync(predictor.outputs(image(4)), { code: 'ERR_DISPOSED' });
  await closing;
  t.true(fake.disposed);
  t.is((await Promise.all(calls)).length, 3);
  await t.throwsAsync(predictor.warmUp(), { code: 'ERR_DISPOSED' });
});

test('what is compiled while it is disposed of is freed', async (t) => {
  const fake = new Fake(1);
  const predictor = predictorOf([fake], {});
  const call = predictor.outputs(image(1));
  predictor.dispose();
  await t.throwsAsync(call, { code: 'ERR_DISPOSED' });
  t.true(fake.disposed);
});

test('a changed network answers from then on, and the old copy answers what it had begun', async (t) => {
  const [old, fresh] = [new Fake(10), new Fake(1, 100)];
  const predictor = predictorOf([old, fresh], { workers: 1, maxBatch: 1 });
  await predictor.warmUp();
  const before = [1, 2].map(async (value) => predictor.outputs(image(value)));
  predictor.renew();
  const after = await predictor.outputs(image(3));
  t.deepEqual([...after.values], [103]);
  t.deepEqual(
    (await Promise.all(before)).map(({ values }) => values[0]),
    [1, 2],
  );
  await setTimeout(1);
  t.true(old.disposed);
  t.false(fresh.disposed);
});

test('a change while the network is compiled makes it compiled anew', async (t) => {
  const [old, fresh] = [new Fake(1), new Fake(1, 100)];
  const predictor = predictorOf([old, fresh], {});
  const call = predictor.outputs(image(1));
  predictor.renew();
  t.deepEqual([...(await call).values], [101]);
  t.true(old.disposed);
});

test('warming up computes every size of batch, starts every worker, and counts as nothing', async (t) => {
  const fake = new Fake(1);
  const predictor = predictorOf([fake], { workers: 3, threads: 1, maxBatch: 6 });
  await predictor.warmUp();
  t.deepEqual(
    fake.passes.map(({ images, worker }) => [images, worker]),
    [
      [1, 0],
      [2, 0],
      [4, 0],
      [6, 0],
      [1, 1],
      [1, 2],
    ],
  );
  t.like(predictor.statistics(), { answered: 0, batches: 0 });
  fake.passes.length = 0;
  await Promise.all(
    [...Array(39).keys()].map(async (value) => predictor.outputs(image(value + 20))),
  );
  t.true(fake.passes.every(({ images }) => [1, 2, 4, 6].includes(images)));
});

for (const { shift, precision } of [
  { shift: 0.0099, precision: 'bf16' },
  { shift: 0.0101, precision: 'fp32' },
] as const) {
  test(`probabilities that bf16 can move by ${shift} make auto ${precision}`, async (t) => {
    // The slope of a sigmoid is 1/4 at most.
    const compiled = { fp32: new Fake(1), bf16: new Fake(1, 4 * shift) };
    const checked = await compileChecked(async (as) => Promise.resolve(compiled[as]), {
      ...format,
      channels: 3,
    });
    t.is(checked.precision, precision);
    t.true(Math.abs((checked.probabilityShift ?? NaN) - shift) < 1e-4);
    t.is(checked.compiled, compiled[precision]);
    t.false(compiled[precision].disposed);
    t.true(compiled[precision === 'bf16' ? 'fp32' : 'bf16'].disposed);
    for (const { passes } of Object.values(compiled)) {
      const [{ images }, ...others] = passes as [Pass, ...Pass[]];
      t.is(images, 8, 'three kinds from two scanners, and two images of noise');
      t.is(others.length, 0);
    }
  });
}

test('no softmax or sigmoid moves by more than the bound, and some by almost all of it', (t) => {
  const random = new Random(7);
  for (const outputs of [1, 2, 3, 7]) {
    let [most, bound] = [0, 0];
    for (let round = 0; round < 2000; round += 1) {
      const logits = Float32Array.from({ length: outputs }, () => 3 * (random.next() - 0.5));
      const others = logits.map((value) => value + 0.02 * (random.next() - 0.5));
      const output = outputs === 1 ? 'sigmoid' : 'softmax';
      const [before, after] = [logits, others].map((row) => toProbabilities(row, outputs, output));
      const moved = Array.from(before ?? [], (p, at) => Math.abs(p - (after?.[at] ?? NaN)));
      bound = largestShift(logits, others, outputs);
      // The bound is on the slope: the way there bends by no more than its square.
      t.true(Math.max(...moved) <= bound + bound ** 2, `${outputs} outputs`);
      most = Math.max(most, Math.max(...moved) / bound);
    }
    t.true(most > 0.8, `${outputs} outputs: ${most}`);
  }
  t.is(largestShift(Float32Array.of(1, 5, 2, 2), Float32Array.of(1.5, 4.5, 2, 2), 2), 0.25);
});

test('settings that are not possible are named', (t) => {
  for (const settings of [{ workers: 0 }, { maxBatch: 1.5 }, { maxWaitMs: -1 }, { capacity: 0 }]) {
    const [name = ''] = Object.keys(settings);
    t.throws(() => predictorOf([], settings), {
      code: 'ERR_INVALID_ARGUMENT',
      message: new RegExp(name),
    });
  }
});
