/** `roentgen probe` on the command line: a table for people, JSON for machines, codes for wrong use. */
import { join } from 'node:path';
import test from 'ava';
import { roentgen } from '../cli/program.js';
import { writeCollection } from './collections.js';
import { temporaryFolder } from '../temporaryFolder.js';

test('the table is printed, or JSON, and wrong flags are refused by name', async (t) => {
  const folder = await temporaryFolder(t);
  await writeCollection(join(folder, 'phantoms'), 1, 20);
  const shown = await roentgen(folder, 'probe', 'phantoms/manifest.csv');
  t.is(shown.exitCode, 0, shown.stderr);
  t.regex(shown.stdout, /^ +accuracy +balanced +AUROC \[95%\] +verdict$/m);
  t.regex(shown.stdout, /^border +0\.\d{3} +/m);

  const json = await roentgen(folder, 'probe', 'phantoms/manifest.csv', '--seed', '5', '--json');
  t.like(JSON.parse(json.stdout), { seed: 5, model: null, output: null });

  const wrong = await roentgen(folder, 'probe', 'phantoms/manifest.csv', '--val-fraction', '1');
  t.is(wrong.exitCode, 2);
  t.regex(wrong.stderr, /--val-fraction/);
});
