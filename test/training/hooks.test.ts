/** Hooks see every update and epoch in order, and what they ask for happens from then on. */
import { stat } from 'node:fs/promises';
import { loadModel } from '../../src/inference/index.js';
import {
  resumeTraining,
  train,
  type Checkpoint,
  type EpochRecord,
  type StepReport,
} from '../../src/training/index.js';
import { quickSettings, testOnImages } from '../inference/images.js';

const test = testOnImages();

/** 36 images to train on: 5 steps of 8. */
const steps = 5;

const losses = (history: readonly EpochRecord[]): number[] =>
  history.flatMap(({ trainLoss, valLoss }) => [trainLoss, valLoss ?? NaN]);

test('watching a run does not change it, and every step is seen once, in order', async (t) => {
  const settings = { ...quickSettings(t.context.root), epochs: 3 };
  const seen: StepReport[] = [];
  const checkpoints: Checkpoint[] = [];
  const epochs: number[] = [];
  let inside = 0;
  const alone = async (work: () => void): Promise<undefined> => {
    inside += 1;
    t.is(inside, 1);
    await new Promise((done) => setImmediate(done));
    work();
    inside -= 1;
    return undefined;
  };
  const watched = await train(settings, {
    onStep: (report) => alone(() => seen.push(report)),
    onEpochEnd: ({ epoch }) => alone(() => epochs.push(epoch)),
    onCheckpoint: (checkpoint) => alone(() => checkpoints.push(checkpoint)),
  });
  const plain = await train(settings);
  t.deepEqual(losses(watched.history), losses(plain.history));
  t.deepEqual(
    seen.map(({ epoch, step }) => [epoch, step]),
    [1, 2, 3].flatMap((epoch) => [1, 2, 3, 4, 5].map((step) => [epoch, step])),
  );
  t.deepEqual(epochs, [1, 2, 3]);
  for (const epoch of [1, 2, 3]) {
    const own = seen.filter((report) => report.epoch === epoch);
    // Batches of 8, 8, 8, 8 and 4.
    const mean = own.reduce((sum, { loss, step }) => sum + loss * (step === steps ? 4 : 8), 0) / 36;
    t.true(Math.abs(mean - (watched.history[epoch - 1]?.trainLoss ?? NaN)) < 1e-6);
    t.true(Math.abs(mean - (own.at(-1)?.meanLoss ?? NaN)) < 1e-6);
  }
  // The state before the first epoch, and after each.
  t.deepEqual(
    checkpoints.filter(({ kind }) => kind === 'last').map(({ epoch }) => epoch),
    [0, 1, 2, 3],
  );
  for (const { path } of checkpoints) t.true((await stat(path)).isFile());
});

test('a learning rate from a hook holds from the next update on, in proportion to the schedule', async (t) => {
  const settings = { ...quickSettings(t.context.root), epochs: 4, sched: 'cosine' as const };
  const rates: number[] = [];
  await train(settings, {
    onStep: ({ learningRate }) => {
      rates.push(learningRate);
    },
  });
  const halved: number[] = [];
  await train(settings, {
    onStep: ({ epoch, step, learningRate }) => {
      halved.push(learningRate);
      return epoch === 2 && step === 3 ? { learningRate: learningRate / 2 } : undefined;
    },
  });
  const turn = steps + 3;
  t.deepEqual(halved.slice(0, turn), rates.slice(0, turn));
  for (const [index, rate] of rates.slice(turn).entries()) {
    t.true(Math.abs((halved[turn + index] ?? NaN) / rate - 0.5) < 1e-12);
  }
});

test('a learning rate from onEpochEnd is the next epochs’, and a resumed run keeps it', async (t) => {
  const settings = { ...quickSettings(t.context.root), epochs: 4, experiment: 'kept-rate' };
  const controller = new AbortController();
  const error = await t.throwsAsync(
    train(settings, {
      signal: controller.signal,
      onEpochEnd: ({ epoch }) => (epoch === 1 ? { learningRate: 1e-4 } : undefined),
      onStep: ({ epoch, step }) => {
        if (epoch === 3 && step === 2) controller.abort();
        return undefined;
      },
    }),
    { code: 'ABORT_ERR' },
  );
  const { runDirectory } = (error as unknown as { details: { runDirectory: string } }).details;
  const resumed = await resumeTraining(runDirectory);
  const rates = resumed.history.map(({ learningRate }) => learningRate);
  t.is(rates[0], settings.lr);
  for (const rate of rates.slice(1)) t.true(Math.abs(rate - 1e-4) < 1e-16);

  const whole = await train(
    { ...settings, experiment: 'kept-rate-whole' },
    { onEpochEnd: ({ epoch }) => (epoch === 1 ? { learningRate: 1e-4 } : undefined) },
  );
  t.deepEqual(losses(resumed.history), losses(whole.history));
});

test('a hook ends the run, in an epoch or after it, with a model that can be used', async (t) => {
  const settings = { ...quickSettings(t.context.root), epochs: 9 };
  const between = await train(settings, { onEpochEnd: ({ epoch }) => ({ stop: epoch === 2 }) });
  t.is(between.stopReason, 'hook');
  t.is(between.history.length, 2);
  const within = await train(settings, {
    onStep: ({ epoch, step }) => ({ stop: epoch === 2 && step === 2 }),
  });
  t.is(within.stopReason, 'hook');
  t.is(within.history.length, 2);
  using model = await loadModel(within.model);
  t.deepEqual([...model.classes], ['BRIGHT', 'DARK']);
});

test('what a hook throws ends the run with that error', async (t) => {
  const failure = new Error('my own');
  const run = train(quickSettings(t.context.root), {
    onEpochEnd: () => Promise.reject(failure),
  });
  t.is(await t.throwsAsync(run, { message: 'my own' }), failure);
});

test('a learning rate that is none is refused', async (t) => {
  const run = train(quickSettings(t.context.root), { onStep: () => ({ learningRate: NaN }) });
  await t.throwsAsync(run, { code: 'ERR_INVALID_ARGUMENT', message: /learningRate.*NaN/ });
});

test('the best epochs are kept in files of their own, and no others', async (t) => {
  const settings = { ...quickSettings(t.context.root), epochs: 6, checkpointHist: 3 };
  const { history, checkpoints, bestEpoch } = await train(settings);
  const ranked = history
    .map(({ epoch, valLoss }) => ({ epoch, loss: valLoss ?? Infinity }))
    .sort((a, b) => a.loss - b.loss)
    .slice(0, 3)
    .map(({ epoch }) => epoch);
  t.is(ranked[0], bestEpoch);
  const kept = await Promise.all(
    checkpoints.map(async (path) => {
      using model = await loadModel(path);
      return model.provenance['epoch'];
    }),
  );
  t.deepEqual(kept, ranked);
});
