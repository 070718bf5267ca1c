/** What is entered in a run's ledger stays in it. */
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { enterLedger, ledgerFile, readLedger, testReads } from '../../src/evaluation/index.js';

const test = anyTest as TestFn<{ run: string }>;

test.beforeEach(async (t) => {
  t.context.run = await mkdtemp(join(tmpdir(), 'roentgen-ledger-'));
});
test.afterEach.always((t) => rm(t.context.run, { recursive: true, force: true }));

const entry = (why: string, dataHash = 'a') => ({
  when: '2026-01-02T03:04:05.678Z',
  split: 'test',
  data: 'chest_xray',
  dataHash,
  images: 624,
  modelHash: 'm',
  why,
});

test('entries come back in order, each on a line of its own, line breaks and all', async (t) => {
  const { run } = t.context;
  const entries = ['the headline', 'two\nlines, "quoted"', 'naïve ✓'].map((why) => entry(why));
  for (const each of entries) await enterLedger(run, each);
  t.deepEqual(await readLedger(run), entries);
  const text = await readFile(join(run, ledgerFile), 'utf8');
  t.is(text.split('\n').length, entries.length + 1);
});

test('entries from many at once are all kept', async (t) => {
  const { run } = t.context;
  const whys = Array.from({ length: 40 }, (_, index) => `look ${index}`);
  await Promise.all(whys.map(async (why) => enterLedger(run, entry(why))));
  const kept = (await readLedger(run)).map(({ why }) => why);
  t.deepEqual(kept.sort(), whys.sort());
});

test('looks are counted by the data they were at', async (t) => {
  const { run } = t.context;
  t.is(testReads(await readLedger(run), 'a'), 0);
  for (const hash of ['a', 'b', 'a']) await enterLedger(run, entry('figures', hash));
  const ledger = await readLedger(run);
  t.deepEqual([testReads(ledger, 'a'), testReads(ledger, 'b')], [2, 1]);
});

test('a line that was cut off is named, hides no entry after it, and is never dropped', async (t) => {
  const { run } = t.context;
  await enterLedger(run, entry('first'));
  await appendFile(join(run, ledgerFile), '{"when":"2026-');
  await enterLedger(run, entry('second'));
  await t.throwsAsync(readLedger(run), { code: 'ERR_INVALID_FILE', message: /line 2/ });
  const lines = (await readFile(join(run, ledgerFile), 'utf8')).split('\n');
  await writeFile(join(run, ledgerFile), [lines[0], lines[2]].join('\n'));
  t.deepEqual(
    (await readLedger(run)).map(({ why }) => why),
    ['first', 'second'],
  );
});

test('a ledger that cannot be written is an error, so that no figure goes unrecorded', async (t) => {
  const { run } = t.context;
  await t.throwsAsync(enterLedger(join(run, 'gone'), entry('lost')), { code: 'ERR_IO' });
});
