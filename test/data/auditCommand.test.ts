/** `roentgen audit`: the exit code says whether splits leak. */
import { cpSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Audit } from '../../src/index.js';
import { roentgen, tinyData, tinyRun } from '../cli/program.js';
import { temporaryFolder } from '../temporaryFolder.js';

test('the exit code is 0 for a clean set and 3 where splits leak, and training says the same', async (t) => {
  const folder = await temporaryFolder(t);
  const data = await tinyData(folder);
  const clean = await roentgen(folder, 'audit', data, '--output', 'audit.json');
  t.is(clean.exitCode, 0, clean.stderr);
  t.regex(clean.stdout, /^pass {2}No leak between splits/);
  const written = JSON.parse(readFileSync(join(folder, 'audit.json'), 'utf8')) as Audit;
  t.is(written.verdict, 'pass');

  const [name = ''] = readdirSync(join(data, 'train', 'NORMAL'));
  cpSync(join(data, 'train', 'NORMAL', name), join(data, 'test', 'NORMAL', 'copy.png'));
  const leaking = await roentgen(folder, 'audit', data, '--sheet', 'pairs.png');
  t.is(leaking.exitCode, 3, leaking.stderr);
  t.regex(leaking.stdout, /^FAIL {2}Exact duplicates/m);
  t.regex(leaking.stdout, /test\/NORMAL\/copy\.png/);
  t.deepEqual([...readFileSync(join(folder, 'pairs.png')).subarray(1, 4)], [...Buffer.from('PNG')]);

  const json = await roentgen(folder, 'audit', data, '--json');
  t.is(json.exitCode, 3);
  t.is((JSON.parse(json.stdout) as Audit).verdict, 'fail');

  const refused = await roentgen(folder, 'train', data, ...tinyRun);
  t.is(refused.exitCode, 3, refused.stderr);
  t.regex(refused.stderr, /copy\.png.*\n.*roentgen audit.*\[ERR_SPLIT_LEAK\]/s);
  const allowed = ['--allow-leakage', '--experiment', 'leaky'];
  const trained = await roentgen(folder, 'train', data, ...tinyRun, ...allowed);
  t.is(trained.exitCode, 0, trained.stderr);
  t.regex(trained.stderr, /^audit +The splits leak/m);
  const kept = readFileSync(join(folder, 'runs', 'leaky', 'audit.json'), 'utf8');
  t.is((JSON.parse(kept) as Audit).verdict, 'fail');
});

test('a split that keeps copies together leaks none, where one by patient does', async (t) => {
  const folder = await temporaryFolder(t);
  const data = await tinyData(folder);
  const normal = join(data, 'train', 'NORMAL');
  // Under other patients' names, so that their keys do not tell.
  for (const [at, name] of readdirSync(normal).entries()) {
    cpSync(join(normal, name), join(normal, `IM-${9000 + at}-0001.png`));
  }
  const split = async (output: string, ...more: string[]): Promise<number | null> => {
    const args = ['data', 'split', data, '--val', '0.3', '--test', '0.3', '--output', output];
    const { exitCode, stderr } = await roentgen(folder, ...args, ...more);
    t.is(exitCode, 0, stderr);
    return (await roentgen(folder, 'audit', output)).exitCode;
  };
  t.is(await split('plain.csv'), 3);
  t.is(await split('joined.csv', '--keep-copies-together'), 0);
});
