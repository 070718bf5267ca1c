/** Long work on native threads: progress, aborts, errors, and handles that are used wrongly. */
import test from 'ava';
import { Dataset, Network, RoentgenError, Trainer } from '../../src/native/index.js';
import {
  brightness,
  config,
  epochOptions,
  evaluationOptions,
  endlessTraining,
  side,
  smallNetwork,
  spec,
} from './support.js';

const code = (expected: string) => ({ instanceOf: RoentgenError, code: expected });

test('training learns, and evaluation says so', async (t) => {
  using dataset = brightness(64);
  using network = smallNetwork();
  using trainer = new Trainer(network, config);
  const before = await network.evaluate(dataset, evaluationOptions(64));
  for (let epoch = 0; epoch < 6; epoch += 1) await trainer.epoch(dataset, epochOptions(64, epoch));
  const after = await network.evaluate(dataset, evaluationOptions(64));
  t.true(after.loss < before.loss / 2);
  t.is(after.values.length, 128);
});

test('the same seed gives the same epoch, another seed another', async (t) => {
  using dataset = brightness(64);
  const run = async (seed: number): Promise<number> => {
    using network = smallNetwork();
    using trainer = new Trainer(network, { ...config, seed });
    return (await trainer.epoch(dataset, epochOptions(64))).loss;
  };
  t.is(await run(3), await run(3));
  t.not(await run(3), await run(4));
});

test('the last step of an epoch is always reported', async (t) => {
  using dataset = brightness(64);
  using trainer = new Trainer(smallNetwork(), config);
  const steps: number[] = [];
  const statistics = await trainer.epoch(dataset, epochOptions(64), {
    onProgress: ({ step }) => steps.push(step),
  });
  t.is(statistics.steps, 8);
  t.true(steps.length > 0 && steps.length <= 8);
  t.deepEqual(
    steps,
    [...steps].sort((a, b) => a - b),
  );
});

test('the event loop turns while the addon trains', async (t) => {
  const { dataset, trainer } = endlessTraining();
  const controller = new AbortController();
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
    if (turns === 3) controller.abort();
  }, 1);
  // Some seconds of training, so that even a starved loop turns three times; a blocked one lets it come to its end.
  const options = epochOptions(65_536);
  const indices = options.indices.map((i) => i % 4096);
  const epoch = trainer.epoch(dataset, { ...options, indices }, { signal: controller.signal });
  await t.throwsAsync(epoch, code('ABORT_ERR'));
  clearInterval(timer);
});

test('aborting rejects with an AbortError that has the reason as its cause', async (t) => {
  const { dataset, trainer } = endlessTraining();
  const controller = new AbortController();
  const reason = new Error('enough');
  const epoch = trainer.epoch(dataset, epochOptions(4096), {
    signal: controller.signal,
    onProgress: () => {
      controller.abort(reason);
    },
  });
  const error = await t.throwsAsync(epoch, code('ABORT_ERR'));
  t.is(error.name, 'AbortError');
  t.is(error.cause, reason);
  await t.notThrowsAsync(trainer.epoch(dataset, epochOptions(64)));
});

test('a signal that was aborted before stops work before it starts', async (t) => {
  const { dataset, trainer } = endlessTraining();
  let reported = false;
  await t.throwsAsync(
    trainer.epoch(dataset, epochOptions(64), {
      signal: AbortSignal.abort(),
      onProgress: () => (reported = true),
    }),
    code('ABORT_ERR'),
  );
  t.false(reported);
});

test('an error in a progress callback stops the work and is the error of the call', async (t) => {
  const { dataset, trainer } = endlessTraining();
  const thrown = new Error('in the callback');
  const epoch = trainer.epoch(dataset, epochOptions(4096), {
    onProgress: () => {
      throw thrown;
    },
  });
  t.is(await t.throwsAsync(epoch), thrown);
});

test('a network at work refuses a second operation, and serves again afterwards', async (t) => {
  const { dataset, network, trainer } = endlessTraining();
  const controller = new AbortController();
  const epoch = trainer.epoch(dataset, epochOptions(4096), {
    signal: controller.signal,
    onProgress: () => {
      if (started) return;
      started = true;
      void network
        .evaluate(dataset, evaluationOptions(16))
        .catch((error: unknown) => (refused = error))
        .finally(() => {
          controller.abort();
        });
    },
  });
  let started = false;
  let refused: unknown;
  await t.throwsAsync(epoch, code('ABORT_ERR'));
  t.is((refused as RoentgenError).code, 'ERR_BUSY');
  await t.notThrowsAsync(network.evaluate(dataset, evaluationOptions(16)));
});

test('disposing during flight lets the work finish; later calls are refused', async (t) => {
  const dataset = brightness(64);
  const network = smallNetwork();
  const trainer = new Trainer(network, config);
  const epoch = trainer.epoch(dataset, epochOptions(64));
  trainer.dispose();
  network.dispose();
  dataset.dispose();
  t.is((await epoch).samples, 64);
  await t.throwsAsync(trainer.epoch(dataset, epochOptions(64)), code('ERR_DISPOSED'));
  t.throws(() => network.summary(), code('ERR_DISPOSED'));
  t.throws(() => dataset.shape, code('ERR_DISPOSED'));
  t.notThrows(() => {
    dataset.dispose();
  });
});

test('an error has the stack of the call, and no C++ frames', async (t) => {
  using trainer = new Trainer(smallNetwork(), config);
  using dataset = brightness(8);
  const error = await t.throwsAsync(
    trainer.epoch(dataset, epochOptions(9)),
    code('ERR_INVALID_ARGUMENT'),
  );
  t.regex(error.stack ?? '', /operations\.test/);
  t.notRegex(error.message, /frame #|\.so/);
});

test('a diverging loss is an error with the step', async (t) => {
  using dataset = brightness(64);
  using trainer = new Trainer(smallNetwork(), { ...config, optimizer: { algorithm: 'sgd' } });
  const run = async (): Promise<void> => {
    for (let epoch = 0; epoch < 20; epoch += 1) {
      await trainer.epoch(dataset, { ...epochOptions(64, epoch), learningRate: 1e20 });
    }
  };
  await t.throwsAsync(run, { ...code('ERR_DIVERGED'), message: /step \d+ of epoch/ });
});

test('images are copied: changing the buffer afterwards changes nothing', (t) => {
  const bytes = new Uint8Array(side * side).fill(9);
  using dataset = Dataset.fromImages(bytes, [1, 1, side, side]);
  bytes.fill(0);
  t.true(dataset.read(0).every((value) => value === 9));
});

test('a view into a larger buffer is read from its own start', (t) => {
  const pool = new Uint8Array(10 + 4).map((_, i) => i);
  using dataset = Dataset.fromImages(pool.subarray(10), [1, 1, 2, 2]);
  t.deepEqual([...dataset.read(0)], [10, 11, 12, 13]);
});

const wrongCalls: readonly (readonly [what: string, call: () => unknown])[] = [
  ['too few bytes', () => Dataset.fromImages(new Uint8Array(3), [1, 1, 2, 2])],
  ['a shape of three', () => Dataset.fromImages(new Uint8Array(4), [1, 2, 2] as never)],
  [
    'a shape that overflows',
    () => Dataset.fromImages(new Uint8Array(4), [65536, 65536, 65536, 65536]),
  ],
  ['floats for bytes', () => Dataset.fromImages(new Float32Array(4) as never, [1, 1, 2, 2])],
  [
    'a negative seed',
    () => Network.build(spec, { outputs: 2, channels: 1, height: 8, width: 8 }, -1),
  ],
  [
    'a fractional size',
    () => Network.build(spec, { outputs: 2, channels: 1, height: 8.5, width: 8 }, 1),
  ],
  ['no network', () => new Trainer({ handle: {} } as never, config)],
  [
    'an unknown optimizer',
    () => new Trainer(smallNetwork(), { ...config, optimizer: { algorithm: 'adagrad' as never } }),
  ],
  [
    'a loss that does not fit',
    () => new Trainer(smallNetwork(), { ...config, loss: { kind: 'meanSquaredError' } }),
  ],
  [
    'momentum of 1',
    () => new Trainer(smallNetwork(), { ...config, optimizer: { algorithm: 'sgd', momentum: 1 } }),
  ],
  [
    'a crop below the floor',
    () => new Trainer(smallNetwork(), { ...config, augmentation: { cropScale: 0.5 } }),
  ],
  [
    'a class weight too many',
    () =>
      new Trainer(smallNetwork(), {
        ...config,
        loss: { kind: 'crossEntropy', classWeights: [1, 2, 3] },
      }),
  ],
  [
    'logit adjustment of another loss',
    () =>
      new Trainer(smallNetwork(), {
        ...config,
        loss: { kind: 'binaryCrossEntropy', logitAdjustment: [0, 0] },
      }),
  ],
  [
    'an average that is not kept',
    () => {
      new Trainer(smallNetwork(), config).exchangeAverage();
    },
  ],
];

for (const [what, call] of wrongCalls) {
  test(`the addon refuses ${what}`, (t) => {
    t.throws(call, code('ERR_INVALID_ARGUMENT'));
  });
}
