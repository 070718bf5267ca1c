/** The verb that verifies a run: what it prints, and how it ends. */
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { roentgen, tinyData, tinyRun } from './program.js';
import { temporaryFolder } from '../temporaryFolder.js';

test('verify ends with 0 for a run as it was, and with 1 and a name for one that is not', async (t) => {
  const folder = await temporaryFolder(t);
  const data = await tinyData(folder);
  const trained = await roentgen(folder, 'train', data, ...tinyRun, '--experiment', 'a');
  t.is(trained.exitCode, 0, trained.stderr);
  const fine = await roentgen(folder, 'verify', 'runs/a');
  t.is(fine.exitCode, 0, fine.stderr);
  t.regex(fine.stdout, /^reproduced {2}All of it is as it was/);
  t.regex(fine.stdout, /^ok +images +the run +30 images of /m);
  const [fingerprint] = /^fingerprint {2}[0-9a-f]{64}$/m.exec(fine.stdout) ?? [];
  t.truthy(fingerprint);

  await rename(data, join(folder, 'moved'));
  const lost = await roentgen(folder, 'verify', 'runs/a');
  t.is(lost.exitCode, 2);
  t.regex(lost.stderr, /does not exist/);
  const found = await roentgen(folder, 'verify', 'runs/a', 'moved');
  t.is(found.exitCode, 0, found.stderr);
  t.true(found.stdout.includes(fingerprint ?? '-'));

  await appendFile(join(folder, 'runs/a/confusion_matrix.csv'), '\n');
  const edited = await roentgen(folder, 'verify', 'runs/a', 'moved');
  t.is(edited.exitCode, 1);
  t.regex(edited.stdout, /^differs /);
  t.regex(edited.stdout, /^ {2}confusion_matrix\.csv: was changed after it was written$/m);
  const json = await roentgen(folder, 'verify', 'runs/a', 'moved', '--json');
  t.is(json.exitCode, 1);
  t.is((JSON.parse(json.stdout) as { verdict: string }).verdict, 'differs');
});

test('of many findings verify shows five, and all where asked', async (t) => {
  const folder = await temporaryFolder(t);
  const data = await tinyData(folder);
  await roentgen(folder, 'train', data, ...tinyRun, '--experiment', 'a');
  const images = join(folder, 'runs/a/images.csv');
  const text = await readFile(images, 'utf8');
  await writeFile(images, text.replaceAll(',NORMAL,', ',VIRUS,'));
  const short = await roentgen(folder, 'verify', 'runs/a');
  t.is(short.stdout.match(/class VIRUS in images\.csv/g)?.length, 5);
  t.regex(short.stdout, /and 5 others; --verbose lists all/);
  const long = await roentgen(folder, 'verify', 'runs/a', '--verbose');
  t.is(long.stdout.match(/class VIRUS in images\.csv, NORMAL in the data/g)?.length, 10);
});
