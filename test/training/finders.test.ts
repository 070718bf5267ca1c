/** The learning-rate test rises as said, suggests a rate that learns, and leaves nothing behind; so for batches. */
import {
  findBatchSize,
  findLearningRate,
  train,
  type TrainOptions,
} from '../../src/training/index.js';
import { quickSettings as runSettings, testOnImages } from '../inference/images.js';

const test = testOnImages();

/** Without the place of a run directory: finders write none. */
function quickSettings(root: string): Omit<TrainOptions, 'output'> {
  const { output: _, ...settings } = runSettings(root);
  return settings;
}

test('rates rise evenly on a logarithmic scale until the loss grows out of bounds', async (t) => {
  const { lr: _, ...settings } = quickSettings(t.context.root);
  const { points, diverged } = await findLearningRate({
    ...settings,
    ...{ from: 1e-6, to: 1e4, steps: 80 },
  });
  t.true(diverged);
  t.true(points.length > 20 && points.length < 80);
  for (const [index, { learningRate }] of points.entries()) {
    const expected = 1e-6 * 1e10 ** (index / 79);
    t.true(Math.abs(learningRate / expected - 1) < 1e-9);
  }
  const least = Math.min(...points.map(({ smoothed }) => smoothed));
  for (const { smoothed } of points.slice(0, -1)) t.true(smoothed <= 4 * least);
});

test('the suggestion lies where the loss falls, and training at it learns', async (t) => {
  const settings = quickSettings(t.context.root);
  const found = await findLearningRate({ ...settings, from: 1e-6, to: 1, steps: 60 });
  const { suggestion, steepest, points, minimum, svg } = found;
  if (suggestion === null || steepest === null) {
    t.fail('the loss never fell');
    return;
  }
  const first = points[0]?.smoothed ?? 0;
  const least = points.reduce((a, b) => (b.smoothed < a.smoothed ? b : a));
  for (const rate of [suggestion, minimum]) t.true(rate < least.learningRate);
  t.true(least.smoothed < first);
  t.true(svg.includes(`suggestion ${suggestion.toExponential(1)}`));
  const run = { ...settings, output: t.context.root, lr: suggestion, experiment: 'found' };
  const { history } = await train({ ...run, epochs: 20 });
  t.true((history.at(-1)?.trainLoss ?? Infinity) < 0.8 * (history[0]?.trainLoss ?? 0));
});

test('a run after both is the run before them', async (t) => {
  const settings = { ...quickSettings(t.context.root), epochs: 2 };
  const output = t.context.root;
  const before = await train({ ...settings, output, experiment: 'before' });
  await findLearningRate({ ...settings, steps: 20 });
  await findBatchSize({ ...settings, most: 16 });
  const after = await train({ ...settings, output, experiment: 'after' });
  t.deepEqual(
    after.history.map(({ trainLoss, valLoss }) => [trainLoss, valLoss]),
    before.history.map(({ trainLoss, valLoss }) => [trainLoss, valLoss]),
  );
});

test('rates out of order and too few steps are refused', async (t) => {
  const settings = quickSettings(t.context.root);
  const wrong = { code: 'ERR_INVALID_ARGUMENT' } as const;
  await t.throwsAsync(findLearningRate({ ...settings, from: 1, to: 0.1 }), wrong);
  await t.throwsAsync(findLearningRate({ ...settings, from: 0 }), wrong);
  await t.throwsAsync(findLearningRate({ ...settings, steps: 5 }), wrong);
});

test('batches double from 8 until images or the limit end it', async (t) => {
  const settings = quickSettings(t.context.root);
  const sizes = async (most: number) => {
    const { trials, largest, limit, suggestion } = await findBatchSize({ ...settings, most });
    const tried = trials.map(({ batchSize }) => batchSize);
    t.true(tried.includes(suggestion));
    for (const trial of trials) t.true(trial.imagesPerSecond > 0 && trial.residentBytes > 1e6);
    return { tried, largest, limit };
  };
  t.deepEqual(await sizes(8), { tried: [8], largest: 8, limit: 'most' });
  // 36 images make two updates of 16, not of 32.
  t.deepEqual(await sizes(1024), { tried: [8, 16], largest: 16, limit: 'images' });
  await t.throwsAsync(findBatchSize({ ...settings, gradAccumSteps: 4 }), {
    code: 'ERR_EMPTY_DATASET',
    message: /36 training images/,
  });
});
