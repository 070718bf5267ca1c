/** A list of runs says of each what its own files say, and of a damaged one what is wrong. */
import { cp, mkdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { evaluate } from '../../src/inference/index.js';
import { compareRuns, listRuns, train, type RunResult } from '../../src/training/index.js';
import { wilsonInterval } from '../../src/evaluation/index.js';
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
  await evaluate({ model: whole.runDirectory, data: settings.data });
  t.context = { root: path, remove, whole, other };
});
test.after.always(async (t) => {
  await t.context.remove();
});

test('each run has the settings, epochs and figures that training returned', async (t) => {
  const { root, whole, other } = t.context;
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
  const { test: tested } = named.get('whole') ?? {};
  t.is(tested?.samples, 12);
  t.deepEqual(tested?.interval, wilsonInterval(tested?.accuracy ?? NaN, 12));
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

test('what is not there yet is not a defect: a run before its first epoch is untrained', async (t) => {
  const { root, whole } = t.context;
  const fresh = join(root, 'new', 'fresh');
  await mkdir(fresh, { recursive: true });
  await cp(join(whole.runDirectory, 'config.yaml'), join(fresh, 'config.yaml'));
  const { runs, problems } = await listRuns([join(root, 'new')]);
  t.deepEqual(problems, []);
  t.like(runs[0], { state: 'untrained', best: null, test: null, secondsPerEpoch: null });
});

/** Figures of three epochs; the second has the best loss, the third the best AUROC. */
const epochs = [
  '1,0.9,0.5,Infinity,0.6,0.7,0.001,1,100',
  '2,0.8,0.6,0.5,0.6,0.7,0.001,3,100',
  '3,0.7,0.7,NaN,0.6,0.8,0.001,2,100',
];
const header = 'epoch,train_loss,train_accuracy,eval_loss,eval_accuracy,eval_auroc,lr,seconds';
const table = (rows: readonly string[]): string =>
  `${[`${header},images_per_second`, ...rows].join('\n')}\n`;

/** A run without a result, of other epochs and settings than any that trained. */
async function writeUnfinished(
  run: string,
  whole: RunResult,
  rows: readonly string[],
  setting = '',
): Promise<void> {
  await mkdir(run, { recursive: true });
  const config = await readFile(join(whole.runDirectory, 'config.yaml'), 'utf8');
  await writeFile(join(run, 'config.yaml'), config.replace('evalMetric: loss', setting || '$&'));
  await writeFile(join(run, 'summary.csv'), table(rows));
}

const unvalidated = ['1,0.9,,,,,0.001,1,100', '2,0.8,,,,,0.001,1,100'];
const choices: readonly (readonly [setting: string, rows: readonly string[], kept: unknown])[] = [
  ['evalMetric: loss', epochs, 2],
  ['evalMetric: auroc', epochs, 3],
  ['evalMetric: accuracy', epochs, 1],
  ['evalMetric: f1', epochs, undefined],
  ['evalMetric: f1', unvalidated, 2],
  ['evalMetric: loss', unvalidated, 2],
];
for (const [index, [setting, rows, kept]] of choices.entries()) {
  test(`until the end the kept epoch is told where the table tells it, ${index}: ${setting}`, async (t) => {
    const { root, whole } = t.context;
    const run = join(root, `choice-${index}`);
    await writeUnfinished(run, whole, rows, setting);
    const { runs, problems } = await listRuns([run]);
    t.deepEqual(problems, []);
    t.is(runs[0]?.best?.epoch, kept as number);
  });
}

test('seconds per epoch are the median', async (t) => {
  const { root, whole } = t.context;
  await writeUnfinished(join(root, 'median'), whole, epochs);
  t.is((await listRuns([join(root, 'median')])).runs[0]?.secondsPerEpoch, 2);
});

const damages: readonly (readonly [file: string, content: string, code: string, what: RegExp])[] = [
  [
    'config.yaml',
    'model: [unclosed',
    'ERR_INVALID_CONFIG',
    /^config\.yaml is damaged: .*line 1, column 17$/,
  ],
  ['config.yaml', 'model: lenet5\n', 'ERR_INVALID_CONFIG', /^config\.yaml is damaged: data: /],
  ['summary.csv', table(['1,0.9,0.5']), 'ERR_INVALID_FILE', /^summary\.csv is damaged: 0\.lear/],
  ['summary.csv', '', 'ERR_INVALID_FILE', /^summary\.csv is damaged: the kept epoch \d is missing/],
  ['metrics.json', '{"bestEpoch": 1, "hist', 'ERR_INVALID_FILE', /^metrics\.json is damaged: /],
  ['metrics.json', '{}', 'ERR_INVALID_FILE', /^metrics\.json is damaged: bestEpoch: /],
  ['evaluation-test/metrics.json', '[]', 'ERR_INVALID_FILE', /^evaluation-test\/.* is damaged: /],
];
for (const [index, [file, content, code, what]] of damages.entries()) {
  test(`a damaged file is told of, and the other runs are listed, ${index}: ${file}`, async (t) => {
    const { root, whole, other } = t.context;
    const folder = join(root, `damaged-${index}`);
    await cp(whole.runDirectory, join(folder, 'broken'), { recursive: true });
    await cp(other.runDirectory, join(folder, 'sound'), { recursive: true });
    await mkdir(join(folder, 'broken', 'evaluation-test'), { recursive: true });
    await writeFile(join(folder, 'broken', file), content);
    const { runs, problems } = await listRuns([folder]);
    t.deepEqual(
      runs.map(({ name }) => name),
      ['sound'],
    );
    t.is(problems.length, 1);
    t.like(problems[0], { file: join(folder, 'broken'), code });
    t.regex(problems[0]?.message ?? '', what);
    t.notRegex(problems[0]?.message ?? '', /\n/);
  });
}

test('what is left of a run without its config.yaml is told of, other folders and files are not', async (t) => {
  const { root, whole } = t.context;
  const folder = join(root, 'mixed');
  await mkdir(join(folder, 'notes'), { recursive: true });
  await mkdir(join(folder, 'lost'));
  await writeFile(join(folder, 'lost', 'summary.csv'), table(epochs));
  await writeFile(join(folder, 'readme.txt'), '');
  await symlink(whole.runDirectory, join(folder, 'linked'));
  const { runs, problems } = await listRuns([folder]);
  t.deepEqual(
    runs.map(({ name }) => name),
    ['linked'],
  );
  t.like(problems, { length: 1, 0: { file: join(folder, 'lost'), code: 'ERR_NOT_FOUND' } });
  await rm(folder, { recursive: true });
});

test('a run of another version, with settings that this one does not know, is listed', async (t) => {
  const { root, whole } = t.context;
  const run = join(root, 'foreign');
  await writeUnfinished(run, whole, epochs, 'evalMetric: loss\nhyperdrive: true');
  const { runs, problems } = await listRuns([run]);
  t.deepEqual(problems, []);
  t.false('hyperdrive' in (runs[0]?.settings ?? {}));
});

test('a run that is named twice is listed once; a folder without runs is told of; one that is not there is an error', async (t) => {
  const { root, whole } = t.context;
  const paths = [whole.runDirectory, relative('.', whole.runDirectory)];
  t.is((await listRuns(paths)).runs.length, 1);
  const none = join(root, 'nothing');
  await mkdir(none);
  const { runs, problems } = await listRuns([none, whole.runDirectory]);
  t.is(runs.length, 1);
  t.like(problems, { length: 1, 0: { file: none, code: 'ERR_NOT_FOUND' } });
  await t.throwsAsync(listRuns([join(root, 'nowhere')]), {
    code: 'ERR_NOT_FOUND',
    message: /nowhere/,
  });
});

test('runs are newest first', async (t) => {
  const { root, whole } = t.context;
  const folder = join(root, 'dated');
  const days = { b: 3, a: 1, c: 2 };
  for (const [name, day] of Object.entries(days)) {
    await writeUnfinished(join(folder, name), whole, epochs);
    const began = new Date(2020, 0, day);
    await utimes(join(folder, name, 'config.yaml'), began, began);
  }
  const { runs } = await listRuns([folder]);
  t.deepEqual(
    runs.map(({ name }) => name),
    ['b', 'c', 'a'],
  );
});

test('a comparison has the settings that differ, and those alone', async (t) => {
  const { whole, other } = t.context;
  const { runs } = await listRuns([whole.runDirectory, other.runDirectory]);
  const comparison = compareRuns(runs);
  const values = runs.map(({ settings }) => settings.evalMetric);
  t.deepEqual(comparison.differing, [{ setting: 'evalMetric', values }]);
  t.true(comparison.common.includes('lr'));
  t.is(comparison.common.length, Object.keys(runs[0]?.settings ?? {}).length - 1);
  t.is(comparison.validationDiffers, null);
  t.false(comparison.testDiffers);
  t.throws(() => compareRuns(runs.slice(1)), { code: 'ERR_INVALID_ARGUMENT' });
});

test('figures compare where both runs validate on the same images of the same data', async (t) => {
  const { root, whole } = t.context;
  const settings = { ...quickSettings(root), epochs: 1, output: join(root, 'seeds') };
  const seeds = await train({ ...settings, seed: 4 });
  const share = await train({ ...settings, valFraction: 0.5 });
  const { runs } = await listRuns([whole, seeds, share].map(({ runDirectory }) => runDirectory));
  const of = (result: RunResult) => runs.filter(({ path }) => path === result.runDirectory);
  t.is(compareRuns([...of(whole), ...of(seeds)]).validationDiffers, 'images');
  t.is(compareRuns([...of(whole), ...of(share)]).validationDiffers, 'images');
  const own = runs.map((run) => ({
    ...run,
    images: { train: 48, validation: 12, validationFrom: 'val' as const },
  }));
  t.is(compareRuns(own).validationDiffers, null, 'the own val of the data needs no seed');
  const [first, ...rest] = own.map((run) => ({ ...run, dataHash: run.name }));
  if (first === undefined) throw new Error('no runs');
  t.is(compareRuns([first, ...rest]).validationDiffers, 'data');
  const test = { accuracy: 0.5, samples: 12, interval: [0, 1] as [number, number] };
  const tested = own.map((run, index) => ({
    ...run,
    test: { ...test, dataHash: `hash ${index}` },
  }));
  t.true(compareRuns(tested).testDiffers);
});

// Newcombe, Statistics in Medicine 17 (1998), table I: the score method without continuity correction.
const published: readonly (readonly [hits: number, count: number, low: number, high: number])[] = [
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
];
test("Wilson's interval has the published ends, and mirrors them for the misses", (t) => {
  for (const [hits, count, low, high] of published) {
    const [from, to] = wilsonInterval(hits / count, count);
    t.deepEqual([from.toFixed(4), to.toFixed(4)], [low.toFixed(4), high.toFixed(4)]);
    const [least, most] = wilsonInterval(1 - hits / count, count);
    t.deepEqual([(1 - most).toFixed(4), (1 - least).toFixed(4)], [low.toFixed(4), high.toFixed(4)]);
    t.true(most <= 1);
  }
});
