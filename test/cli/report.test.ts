/** Verbs that tell a run: its report, its checklist, and the figures of several seeds. */
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { roentgen, tinyData, tinyRun } from './program.js';
import { temporaryFolder } from '../temporaryFolder.js';

test('training leaves a report, evaluation renews it, and seeds are averaged', async (t) => {
  const folder = await temporaryFolder(t);
  const data = await tinyData(folder);
  for (const seed of ['1', '2']) {
    const run = `runs/s${seed}`;
    const trained = await roentgen(
      folder,
      ...['train', data, ...tinyRun, '--seed', seed, '--experiment', `s${seed}`],
    );
    t.is(trained.exitCode, 0, trained.stderr);
    t.regex(trained.stdout, new RegExp(`report ${run}/report.html`));
    const before = await readFile(join(folder, run, 'report.html'), 'utf8');
    t.notRegex(before, /figures for the paper/);
    const evaluated = await roentgen(
      folder,
      ...['evaluate', run, data, '--why', 'figures for the paper'],
    );
    t.is(evaluated.exitCode, 0, evaluated.stderr);
    t.regex(evaluated.stdout, /looked at once/);
    t.regex(evaluated.stdout, /accuracy +0\.\d{4} \[0\.\d{4}, [01]\.\d{4}\]/);
    t.regex(await readFile(join(folder, run, 'report.html'), 'utf8'), /figures for the paper/);
  }

  const mean = await roentgen(folder, 'evaluate', '--runs', 'runs/s1', 'runs/s2', '--json');
  t.is(mean.exitCode, 0, mean.stderr);
  const aggregate = JSON.parse(mean.stdout) as {
    runs: number;
    files: string[];
    figures: { accuracy: { mean: number; min: number; max: number } };
  };
  t.is(aggregate.runs, 2);
  t.deepEqual(aggregate.files, [
    'runs/s1/evaluation-test/predictions.csv',
    'runs/s2/evaluation-test/predictions.csv',
  ]);
  const { accuracy } = aggregate.figures;
  t.true(Math.abs(accuracy.mean - (accuracy.min + accuracy.max) / 2) < 1e-12);

  const surplus = await roentgen(folder, 'evaluate', 'runs/s1', '--runs', 'runs/s2');
  t.is(surplus.exitCode, 2);
  t.regex(surplus.stderr, /leave out runs\/s1/);
  const missing = await roentgen(folder, 'evaluate', 'runs/s1');
  t.is(missing.exitCode, 2);
  t.regex(missing.stderr, /Expected MODEL and DATA, or --runs/);

  const claim = await roentgen(folder, 'report', 'runs/s1', '--checklist', 'claim');
  t.is(claim.exitCode, 0, claim.stderr);
  t.is(claim.stdout.match(/^- \[[ x]\] \*\*\d+\. /gm)?.length, 42);
  const written = ['report', 'runs/s1', '--checklist', 'claim', '--output', 'claim.md'];
  t.is((await roentgen(folder, ...written)).exitCode, 0);
  t.is(await readFile(join(folder, 'claim.md'), 'utf8'), claim.stdout);

  const told = await roentgen(folder, 'report', 'runs/s1');
  t.is(told.exitCode, 0, told.stderr);
  t.true((await stat(join(folder, 'runs/s1/plots'))).isDirectory());
  await rm(join(folder, 'runs/s2/predictions.csv'));
  const again = await roentgen(folder, 'evaluate', 'runs/s2', data);
  t.is(again.exitCode, 0, again.stderr);
  t.regex(again.stdout, /accuracy/, 'the figures are told');
  t.regex(again.stdout, /report not written: .*predictions\.csv .*\[ERR_NOT_FOUND\]/);
  const none = await roentgen(folder, 'report', data);
  t.is(none.exitCode, 2);
  t.regex(none.stderr, /is no run: it has no config\.yaml/);
});
