/** `roentgen compare` as a child process: what it takes of a run, and what it says. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { writePredictions } from '../../src/index.js';
import { roentgen } from './program.js';
import { temporaryFolder } from '../temporaryFolder.js';

/** Predictions of 40 images, of which the first `right` are right; the folder is made. */
async function writeModel(folder: string, right: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const targets = Array.from({ length: 40 }, (_, image) => image % 2);
  await writePredictions(join(folder, 'predictions.csv'), {
    classes: ['NORMAL', 'PNEUMONIA'],
    filenames: targets.map((_, image) => `${image}.png`),
    probabilities: targets.flatMap((target, image) =>
      image < right === (target === 1) ? [0.25, 0.75] : [0.75, 0.25],
    ),
    targets,
    patientIds: targets.map((_, image) => `p${Math.floor(image / 2)}`),
  });
}

test('files, evaluation folders and runs are compared; of a run the newest test evaluation', async (t) => {
  const folder = await temporaryFolder(t);
  await writeModel(join(folder, 'plain'), 20);
  await writeModel(join(folder, 'run'), 1);
  await writeFile(join(folder, 'run', 'config.yaml'), '');
  for (const [name, right] of [
    ['evaluation-test', 2],
    ['evaluation-test-2', 3],
    ['evaluation-test-10', 38],
    ['evaluation-val', 4],
  ] as const) {
    await writeModel(join(folder, 'run', name), right);
  }

  const told = await roentgen(folder, 'compare', 'plain', 'run', '--draws', '200');
  t.is(told.exitCode, 0, told.stderr);
  t.regex(told.stdout, /^A {2}plain\/predictions\.csv$/m);
  t.regex(told.stdout, /^B {2}run\/evaluation-test-10\/predictions\.csv$/m);
  t.regex(told.stdout, /^40 images of 20 patients, positive class PNEUMONIA$/m);
  t.regex(told.stdout, /^accuracy +0\.5000 +0\.9500 +\+0\.4500 .* p < 0\.001 McNemar$/m);
  t.regex(told.stdout, /^Right in A only: 0 images; in B only: 18 images\.$/m);
  t.regex(told.stdout, /^B is better: accuracy \+45\.0 points /m);
  const figures = told.stdout.split('\n').filter((line) => /\d\.\d{4}/.test(line));
  t.is(figures.length, 5);
  t.true(figures.every((line) => line.length <= 80));
  t.regex(told.stderr, /not a medical device/);

  const file = join('plain', 'predictions.csv');
  const flags = ['--metric', 'brier', '--positive', 'NORMAL', '--draws', '200', '--seed', '7'];
  const same = await roentgen(folder, 'compare', file, 'plain', ...flags, '--json');
  t.is(same.exitCode, 0, same.stderr);
  t.like(JSON.parse(same.stdout), {
    ...{ a: file, b: file, images: 40, groups: 20, positive: 'NORMAL', metric: 'brier' },
    ...{ draws: 200, seed: 7, better: null },
  });
  t.regex(same.stdout, /not distinguishable at n=40/);
});

test('what cannot be compared is said, and what to do', async (t) => {
  const folder = await temporaryFolder(t);
  await writeModel(join(folder, 'plain'), 20);
  await mkdir(join(folder, 'empty'));
  await mkdir(join(folder, 'run', 'evaluation-val'), { recursive: true });
  await writeFile(join(folder, 'run', 'config.yaml'), '');
  await writeFile(join(folder, 'broken.csv'), 'filename,label\n');

  for (const [other, exitCode, message] of [
    ['nowhere', 2, /nowhere does not exist/],
    ['empty', 2, /empty is no run, and has no predictions\.csv/],
    [
      'run',
      2,
      /run `roentgen evaluate run <data>` first, or name one of its folders: evaluation-val/,
    ],
    ['broken.csv', 1, /broken\.csv, line 1: expected the columns/],
  ] as const) {
    const refused = await roentgen(folder, 'compare', 'plain', other);
    t.is(refused.exitCode, exitCode, refused.stderr);
    t.regex(refused.stderr, message);
  }
});
