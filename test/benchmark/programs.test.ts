/** What is timed inside a measuring process. */
import test from 'ava';
import { openInference } from '../../src/benchmark/programs/inference.js';
import { openTraining } from '../../src/benchmark/programs/training.js';
import { timeSteps } from '../../src/benchmark/timing.js';
import { loadModelSpec } from '../../src/models/index.js';
import type { EpochStatistics } from '../../src/native/index.js';
import type { MeasurePlan } from '../../src/benchmark/plan.js';

const plan = (batchSize: number): MeasurePlan => ({
  ...{ spec: loadModelSpec('lenet5'), shape: { outputs: 2, channels: 1, height: 32, width: 32 } },
  ...{ mode: 'train', loss: 'crossEntropy', device: 'cpu', precision: 'fp32', batchSize },
  side: 'roentgen',
  ...{ threads: 1, warmUp: 0, seconds: 0, startedAt: 0 },
});

test('every timed training step updates the weights once, with a whole batch', async (t) => {
  for (const batchSize of [1, 4]) {
    const { step } = openTraining(plan(batchSize));
    for (let at = 0; at < 5; at += 1) {
      const { samples, step: done, losses } = (await step()) as EpochStatistics;
      t.is(samples, done * batchSize);
      t.is(losses.length, 1);
    }
  }
});

test('a step of inference answers a whole batch', async (t) => {
  const { step } = await openInference({ ...plan(3), mode: 'infer' });
  t.is(((await step()) as Float32Array).length, 3 * 2);
});

test('steps that warm up are not timed, and five are at least', async (t) => {
  let steps = 0;
  const times = await timeSteps(() => Promise.resolve((steps += 1)), { warmUp: 7, seconds: 0 });
  t.is(times.length, 5);
  t.is(steps, 12);
});
