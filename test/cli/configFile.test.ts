/** A configuration file is understood, or told where it is wrong. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readConfigFile } from '../../src/cli/configFile.js';
import { settle } from '../../src/cli/flags.js';
import { trainOptionsSchema } from '../../src/index.js';
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from '../temporaryFolder.js';

async function read(t: ExecutionContext, text: string) {
  const file = join(await temporaryFolder(t), 'config.yaml');
  await writeFile(file, text);
  return settle(trainOptionsSchema, await readConfigFile(file, trainOptionsSchema));
}

test('keys are those of the settings, the rest stays at its default', async (t) => {
  const settings = await read(t, '# mine\nmodel: lmap3\nimgSize: [224, 192]\nmean: [0.5]\n');
  t.deepEqual(settings, {
    ...trainOptionsSchema.parse({}),
    model: 'lmap3',
    imgSize: [224, 192],
    mean: [0.5],
  });
});

test('an empty file sets nothing', async (t) => {
  t.deepEqual(await read(t, ''), trainOptionsSchema.parse({}));
});

test('what a run records beside its settings is no setting', async (t) => {
  const settings = await read(t, 'epochs: 3\nversions:\n  torch: 2.13.0\ndataHash: abc\n');
  t.deepEqual(settings, trainOptionsSchema.parse({ epochs: 3 }));
});

const mistakes: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  [
    'an unknown key',
    'model: lmap3\nbatch-size: 8\n',
    /config\.yaml, line 2: unknown key batch-size; did you mean batchSize\?/,
  ],
  ['a key like none', 'zzzzzzzz: 1\n', /line 1: unknown key zzzzzzzz\. Known: model, imgSize/],
  [
    'a wrong type',
    'model: lmap3\n\nepochs: ten\n',
    /config\.yaml, line 3: expected an integer of at least 1 for epochs, found "ten"/,
  ],
  ['a missing value', 'lr:\n', /line 1: expected a number above 0 for lr, found nothing/],
  ['a broken syntax', 'model: lmap3\nclasses: [A, B\n', /config\.yaml, line \d, column \d+: /],
  ['a key given twice', 'epochs: 1\nepochs: 2\n', /line 2, column 1: Map keys must be unique/],
  ['a list', '- model\n', /expected `key: value` lines/],
];
for (const [what, text, message] of mistakes) {
  test(`${what} is named with its line`, async (t) => {
    await t.throwsAsync(read(t, text), { code: 'ERR_INVALID_CONFIG', message });
  });
}

test('a missing file is not found', async (t) => {
  const file = join(await temporaryFolder(t), 'none.yaml');
  await t.throwsAsync(readConfigFile(file, trainOptionsSchema), { code: 'ERR_NOT_FOUND' });
});
