/** A run's report says what lies in its directory: figures, ledger, warnings, pictures. */
import { appendFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import sharp from 'sharp';
import { readLedger, type LedgerEntry } from '../../src/evaluation/index.js';
import { evaluate, type EvaluateResult } from '../../src/inference/index.js';
import { gatherReport, writeReport } from '../../src/reporting/index.js';
import { calibrate, train, type RunResult } from '../../src/training/index.js';
import { quickSettings, temporaryFolder, writeOverlapping } from '../inference/images.js';

interface Context {
  root: string;
  run: RunResult;
  evaluated: EvaluateResult;
}
const test = anyTest as TestFn<Context>;

const settings = (root: string) => {
  const { valFraction: _, ...rest } = quickSettings(root);
  return { ...rest, epochs: 2 };
};
const options = (root: string, run: RunResult) => ({
  model: run.runDirectory,
  data: join(root, 'data'),
  cacheDir: join(root, 'cache'),
});

test.before(async (t) => {
  const { path: root } = await temporaryFolder();
  await writeOverlapping(join(root, 'data'));
  const run = await train(settings(root));
  const evaluated = await evaluate({ ...options(root, run), why: 'the headline' });
  t.context = { root, run, evaluated };
});
test.after.always(async (t) => {
  await rm(t.context.root, { recursive: true, force: true });
});

/** A copy of the run that a test may change. */
async function copyOf({ root, run }: Context, name: string): Promise<string> {
  const copy = join(root, name);
  await cp(run.runDirectory, copy, { recursive: true });
  return copy;
}

test('figures of the report are those that evaluate and train told', async (t) => {
  const { run, evaluated } = t.context;
  const content = await gatherReport(run.runDirectory);
  t.deepEqual(
    content.evaluations.map(({ name }) => name),
    ['test', 'validation'],
  );
  const [ofTest, ofValidation] = content.evaluations;
  t.deepEqual(ofTest?.metrics, evaluated.metrics);
  t.deepEqual(ofTest?.intervals, evaluated.intervals);
  t.deepEqual(ofTest?.decision, evaluated.decision);
  t.deepEqual(ofValidation?.metrics, run.metrics);
  t.deepEqual(ofValidation?.intervals, run.intervals);
  t.deepEqual(ofValidation?.decision, run.decision);
  t.deepEqual(content.decisionRule, run.decisionRule);
  t.deepEqual(content.history, run.history);
  t.is(content.bestEpoch, run.bestEpoch);
  t.is(content.data.source, join(t.context.root, 'data'));
  t.is(content.audit?.dataHash, content.data.hash);
  t.deepEqual(content.warnings, []);
});

test('the page, the card and the charts are written, and say the same headline', async (t) => {
  const copy = await copyOf(t.context, 'written');
  const { html, card, plots } = await writeReport(copy);
  const accuracy = (t.context.evaluated.metrics?.accuracy ?? NaN).toFixed(3);
  for (const file of [html, card]) {
    const text = await readFile(file, 'utf8');
    t.true(text.includes(accuracy), file);
    t.regex(text, /not a medical device/i);
    t.regex(text, /evaluated (once|1 time)/);
  }
  t.true((await readdir(plots)).includes('roc.svg'));
  await writeReport(copy);
  t.pass('a report is renewed');
});

test('every look at test images is in the ledger, with its reason, and none at validation images', async (t) => {
  const copy = await copyOf(t.context, 'looked');
  const again = { ...options(t.context.root, t.context.run), model: copy };
  const looks = (entries: LedgerEntry[]) => entries.map(({ split, why }) => [split, why]);
  t.deepEqual(looks(await readLedger(copy)), [['test', 'the headline']]);
  t.is(t.context.evaluated.looks, 1);
  t.is((await evaluate({ ...again, split: 'val' })).looks, null);
  t.is((await evaluate(again)).looks, 2);
  const file = join(copy, 'model_best.safetensors');
  t.is((await evaluate({ ...again, model: file, split: 'all', why: 'twice' })).looks, 3);
  t.deepEqual(looks(await readLedger(copy)), [
    ['test', 'the headline'],
    ['test', 'to report a figure'],
    ['all', 'twice'],
  ]);
  const loose = join(t.context.root, 'loose.safetensors');
  await cp(file, loose);
  t.is((await evaluate({ ...again, model: loose })).looks, null, 'no run, no ledger');
});

test('of evaluations of the same images the newest is told, and other data by their name', async (t) => {
  const copy = await copyOf(t.context, 'several');
  const again = { ...options(t.context.root, t.context.run), model: copy };
  await evaluate(again);
  const other = join(t.context.root, 'other');
  await cp(join(t.context.root, 'data', 'test'), other, { recursive: true });
  await evaluate({ ...again, data: other });
  const { evaluations } = await gatherReport(copy);
  t.deepEqual(
    evaluations.map(({ name, data }) => [name, data]),
    [
      ['test', again.data],
      [other, other],
      ['validation', again.data],
    ],
  );
});

test('the gallery has the most confident errors first, as pictures', async (t) => {
  const { evaluated } = t.context;
  const content = await gatherReport(t.context.run.runDirectory);
  const gallery = content.evaluations[0]?.gallery ?? [];
  const isWrong = gallery.map(({ prediction, truth }) => prediction !== truth);
  const wrong = isWrong.filter(Boolean).length;
  t.deepEqual(isWrong, [...isWrong].sort().reverse(), 'wrong ones before right ones');
  const errors = 120 - Math.round((evaluated.metrics?.accuracy ?? NaN) * 120);
  t.is(wrong, Math.min(24, errors));
  const sureness = gallery.slice(0, wrong).map(({ probability }) => probability);
  t.deepEqual(
    sureness,
    sureness.toSorted((a, b) => b - a),
  );
  for (const { thumbnail } of gallery) {
    const jpeg = Buffer.from(thumbnail.replace('data:image/jpeg;base64,', ''), 'base64');
    t.is((await sharp(jpeg).metadata()).width, 32);
  }
});

test('what was allowed against the rules stands at the top of the report', async (t) => {
  const run = await train({
    ...settings(t.context.root),
    selectOn: 'test',
    allowTestSelection: true,
    allowLeakage: true,
  });
  const { warnings, data, decisionRule, ledger } = await gatherReport(run.runDirectory);
  t.is(data.validationFrom, 'test');
  t.is(decisionRule?.fittedOn, 'test');
  t.regex(warnings.join('\n'), /epoch was chosen on the test split/);
  t.regex(warnings.join('\n'), /calibration were fitted on the test split/);
  t.regex(warnings.join('\n'), /--allow-leakage/);
  t.deepEqual(
    ledger.map(({ split, images, why }) => [split, images, why]),
    [['test', 120, 'to choose the best of 2 epochs']],
  );
  const page = await readFile((await writeReport(run.runDirectory)).html, 'utf8');
  t.regex(page, /chosen on the test split/);

  const again = options(t.context.root, run);
  await t.throwsAsync(calibrate(again), { code: 'ERR_TEST_SELECTION' });
  t.is((await calibrate({ ...again, allowTestSelection: true })).decision.fittedOn, 'test');
  t.deepEqual(
    (await readLedger(run.runDirectory)).map(({ why }) => why),
    ['to choose the best of 2 epochs', 'to fit the decision rule'],
  );
});

test('a shortcut that a probe has found stands at the top of the report', async (t) => {
  const copy = await copyOf(t.context, 'probed');
  const probe = {
    ...{ name: 'border', title: 'the outer 8%', accuracy: 0.9, balancedAccuracy: 0.9 },
    ...{ auroc: 0.98, aurocInterval: [0.97, 0.99], explainedShare: 1.1, flagged: true },
  };
  const write = async (probes: object[]): Promise<void> =>
    writeFile(join(copy, 'probe.json'), JSON.stringify({ probes }));
  await write([probe]);
  const { warnings, probes } = await gatherReport(copy);
  t.deepEqual(probes, [probe]);
  t.regex(warnings.join('\n'), /without seeing the lungs \(probes: border\)/);
  await write([{ ...probe, flagged: false, decides: false }]);
  const page = await readFile((await writeReport(copy)).html, 'utf8');
  t.regex(page, /informs only/);
  t.deepEqual((await gatherReport(copy)).warnings, []);
});

test('a damaged file in a run is named, and a run that only restores images is no report', async (t) => {
  const copy = await copyOf(t.context, 'damaged');
  const metrics = join(copy, 'evaluation-test', 'metrics.json');
  await writeFile(metrics, '{');
  await t.throwsAsync(gatherReport(copy), { code: 'ERR_INVALID_FILE', message: /metrics\.json/ });
  await rm(join(copy, 'evaluation-test'), { recursive: true });
  await appendFile(join(copy, 'audit.json'), '}');
  await t.throwsAsync(gatherReport(copy), { code: 'ERR_INVALID_FILE', message: /audit\.json/ });
  await mkdir(join(t.context.root, 'empty'));
  await t.throwsAsync(gatherReport(join(t.context.root, 'empty')), { code: 'ERR_NOT_FOUND' });
  const autoencoder = await train({ ...settings(t.context.root), model: 'autoencoder', epochs: 1 });
  await t.throwsAsync(gatherReport(autoencoder.runDirectory), { code: 'ERR_UNSUPPORTED' });
});
