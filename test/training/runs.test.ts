/** A list of runs says of each what its own files say, and of a damaged one what is wrong. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { evaluate } from '../../src/inference/index.js';
import { listRuns, train, type RunResult } from '../../src/training/index.js';
import { quickSettings, temporaryFolder, writeSplits } from '../inference/images.js';

const test = anyTest as TestFn<{
  root: string;
  remove: () => Promise<void>;
  whole: RunResult;
  other: RunResult;
}>;

test.before(async (t) => {
  const { path, remove } = await temporaryFolder();
  await writeSplits(join(path, 'data'));
  const settings = { ...quickSettings(path), epochs: 3 };
  const whole = await train({ ...settings, experiment: 'whole' });
  const other = await train({ ...settings, experiment: 'other', evalMetric: 'auroc' });
  t.context = { root: path, remove, whole, other };
});
test.after.always(async (t) => {
  await t.context.remove();
});

test('each run has the settings, epochs and figures that training returned', async (t) => {
  const { root, whole, other } = t.context;
  await evaluate({ model: whole.runDirectory, data: join(root, 'data') });
  const { runs, problems } = await listRuns([join(root, 'runs')]);
  t.deepEqual(problems, []);
  const named = new Map(runs.map((run) => [run.name, run]));
  for (const result of [whole, other]) {
    const run = named.get(result === whole ? 'whole' : 'other');
    t.is(run?.state, 'complete');
    t.is(run?.path, result.runDirectory);
    t.deepEqual(run?.history, result.history);
    t.deepEqual(run?.best, result.history[result.bestEpoch - 1]);
    t.like(run?.settings, { model: 'lenet5', epochs: 3, batchSize: 8 });
  }
  t.is(named.get('whole')?.test?.samples, 12);
  t.is(named.get('other')?.test, null);
  t.is(named.get('whole')?.dataHash, named.get('other')?.dataHash);
});

test('a run without a result is interrupted, and its best epoch so far is shown', async (t) => {
  const { root } = t.context;
  const settings = { ...quickSettings(root), epochs: 100, output: join(root, 'stopped') };
  const controller = new AbortController();
  const run = train(settings, {
    signal: controller.signal,
    onEpochEnd: ({ epoch }) => {
      if (epoch === 3) controller.abort();
      return undefined;
    },
  });
  await t.throwsAsync(run, { code: 'ABORT_ERR' });
  const [listed] = (await listRuns([join(root, 'stopped')])).runs;
  t.is(listed?.state, 'interrupted');
  t.is(listed?.history.length, 3);
  const losses = listed?.history.map(({ valLoss }) => valLoss ?? Infinity) ?? [];
  t.is(listed?.best?.valLoss, Math.min(...losses));
});

test('a damaged run is told of, and the others are listed', async (t) => {
  const { root } = t.context;
  const broken = join(root, 'mixed', 'broken');
  await mkdir(broken, { recursive: true });
  await writeFile(join(broken, 'config.yaml'), 'model: [unclosed');
  await mkdir(join(root, 'mixed', 'no-run'));
  await train({ ...quickSettings(root), epochs: 1, output: join(root, 'mixed') });
  const { runs, problems } = await listRuns([join(root, 'mixed')]);
  t.is(runs.length, 1);
  t.deepEqual(
    problems.map(({ file, code }) => [file, code]),
    [[broken, 'ERR_INVALID_CONFIG']],
  );
  await rm(join(root, 'mixed'), { recursive: true });
});

test('a run that is named twice is listed once, and a folder that is not there is an error', async (t) => {
  const { root, whole } = t.context;
  const { runs } = await listRuns([whole.runDirectory, whole.runDirectory]);
  t.is(runs.length, 1);
  await t.throwsAsync(listRuns([join(root, 'nowhere')]), {
    code: 'ERR_NOT_FOUND',
    message: /nowhere/,
  });
});
