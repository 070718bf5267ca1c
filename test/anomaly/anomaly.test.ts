/** From normal phantoms alone to detectors that find pneumonia in others, judged, stored and used again. */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { parse } from 'yaml';
import {
  detectAnomalies,
  scoreAnomalies,
  trainAnomalyDetector,
  type AnomalyOptions,
  type AnomalyReport,
} from '../../src/anomaly/index.js';
import { parseCsv, writePhantomDataset } from '../../src/data/index.js';
import { readLedger } from '../../src/evaluation/index.js';
import { evaluate, loadModel } from '../../src/inference/index.js';
import { RoentgenError, type ErrorCode } from '../../src/native/index.js';
import { train } from '../../src/training/index.js';
import { temporaryFolder } from '../inference/images.js';

interface Context {
  root: string;
  remove: () => Promise<void>;
  data: string;
  cacheDir: string;
  /** Of an autoencoder that learned from NORMAL, and of a classifier. */
  runs: { autoencoder: string; classifier: string };
  /** On the test split. */
  report: AnomalyReport;
}

const test = anyTest as TestFn<Context>;
const normal = 'NORMAL';

test.before(async (t) => {
  const { path: root, remove } = await temporaryFolder();
  const { images: data } = await writePhantomDataset(join(root, 'data'), {
    ...{ seed: 1, size: 64, imagesPerClass: 100, kinds: ['normal', 'bacterial'] },
    ...{ mergePneumonia: true, shares: { train: 0.6, val: 0, test: 0.4 } },
  });
  const cacheDir = join(root, 'cache');
  const settings = {
    ...{ data, cacheDir, output: join(root, 'runs'), seed: 1, valFraction: 0.25 },
    ...{ imgSize: 64, epochs: 10, lr: 3e-3, batchSize: 8 },
    precision: 'fp32' as const,
  };
  const { runDirectory } = await trainAnomalyDetector({ ...settings, normal });
  const short = { ...settings, model: 'lenet5', epochs: 1 };
  const { runDirectory: classifier } = await train(short);
  const runs = { autoencoder: runDirectory, classifier };
  const report = await detectAnomalies({ model: runDirectory, data, normal, cacheDir });
  t.context = { root, remove, data, cacheDir, runs, report };
});
test.after.always(async (t) => t.context.remove());

const optionsOf = ({ data, cacheDir, runs }: Context, more: Partial<AnomalyOptions> = {}) => ({
  ...{ model: runs.autoencoder, data, cacheDir, normal },
  ...more,
});

async function readScores(report: AnomalyReport): Promise<Record<string, string>[]> {
  const file = join(report.output, 'scores.csv');
  const [header, ...rows] = parseCsv(await readFile(file, 'utf8'), file);
  return rows.map(({ cells }) =>
    Object.fromEntries((header?.cells ?? []).map((name, at) => [name, cells[at] ?? ''])),
  );
}

test('the autoencoder has seen no anomaly, and its run says so', async (t) => {
  const { runs } = t.context;
  const config = parse(await readFile(join(runs.autoencoder, 'config.yaml'), 'utf8')) as object;
  t.like(config, { only: [normal], rotation: 5, zoom: 0.05, translate: 0.05, brightness: 0.1 });
  using model = await loadModel(runs.autoencoder);
  t.deepEqual([...model.classes], [normal]);
});

test('findings score higher than normal chests, by the whole interval', (t) => {
  const { detectors, learnedFrom, images, notes } = t.context.report;
  t.deepEqual(
    detectors.map(({ name }) => name),
    ['error', 'errorPattern', 'neighbors', 'mahalanobis'],
  );
  for (const { name, auroc } of detectors) {
    t.is(auroc.method, 'delong');
    if (name !== 'neighbors') t.true(auroc.low > 0.5, `${name} ${JSON.stringify(auroc)}`);
  }
  t.is(learnedFrom, 44, 'of 60 normal training images those whose patients do not validate');
  t.is(images, 80);
  t.deepEqual(notes, []);
});

test("the error is the network's own loss for each image", async (t) => {
  const { runs, report, cacheDir, data } = t.context;
  using model = await loadModel(runs.autoencoder);
  const only = join(t.context.root, 'only');
  await cp(join(data, 'test', normal), join(only, normal), { recursive: true });
  const { reconstruction } = await evaluate({ model: model.path, data: only, cacheDir });
  const errors = (await readScores(report))
    .filter(({ target }) => target === normal)
    .map(({ error }) => Number(error));
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  t.true(Math.abs(mean / (reconstruction?.mean ?? NaN) - 1) < 1e-5);
  t.true(Math.abs(Math.max(...errors) / (reconstruction?.max ?? NaN) - 1) < 1e-5);
});

test('the threshold is mean + 1 σ of normal validation images, and flags what the table says', async (t) => {
  const { report } = t.context;
  const onValidation = await detectAnomalies(optionsOf(t.context, { split: 'validation' }));
  const normals = (await readScores(onValidation)).filter(({ target }) => target === normal);
  const rows = await readScores(report);
  for (const { name, threshold, flagged, balancedAccuracy } of report.detectors) {
    const scores = normals.map((row) => Number(row[name]));
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
    t.true(Math.abs(threshold.value / (mean + Math.sqrt(variance)) - 1) < 1e-9, name);
    t.like(threshold, { rule: 'sigma=1', on: 'validation', images: 16 });
    const shares = flagged.map((row) => {
      const own = rows.filter(({ target }) => target === row.class);
      const above = own.filter((image) => Number(image[name]) > threshold.value);
      t.deepEqual(
        above,
        own.filter((image) => image[`${name}_flagged`] === '1'),
      );
      t.is(row.flagged, above.length);
      return above.length / own.length;
    });
    t.is(balancedAccuracy, ((shares[1] ?? NaN) + 1 - (shares[0] ?? NaN)) / 2);
  }
});

test.serial(
  'a look at the test split is in the ledger, one at validation images is not',
  async (t) => {
    const { runs, report } = t.context;
    const before = await readLedger(runs.autoencoder);
    t.like(before[0], { split: 'test', images: 80, why: 'to judge anomaly detectors' });
    t.is(report.looks, 1);
    const { looks } = await detectAnomalies(optionsOf(t.context, { split: 'validation' }));
    t.is(looks, null);
    t.is((await readLedger(runs.autoencoder)).length, before.length);
  },
);

test('a stored detector gives new images the scores they had, and lists what it cannot read', async (t) => {
  const { root, data, report } = t.context;
  const folder = join(root, 'new');
  await cp(join(data, 'test', 'PNEUMONIA'), folder, { recursive: true });
  await writeFile(join(folder, 'broken.png'), 'no image');
  const { images, problems, text, thresholds } = await scoreAnomalies({
    detector: report.output,
    inputs: [folder],
  });
  t.deepEqual(
    problems.map(({ file, code }) => [file, code]),
    [['broken.png', 'ERR_UNREADABLE_IMAGE']],
  );
  const rows = (await readScores(report)).filter(({ target }) => target === 'PNEUMONIA');
  t.is(images.length, rows.length);
  for (const { filename, scores, flagged } of images) {
    const row = rows.find((candidate) => basename(candidate['filename'] ?? '') === filename);
    for (const { name, threshold } of report.detectors) {
      t.true(
        Math.abs((scores[name] ?? NaN) / Number(row?.[name]) - 1) < 1e-4,
        `${filename} ${name}`,
      );
      t.is(flagged[name], row?.[`${name}_flagged`] === '1');
      t.deepEqual(thresholds[name], threshold);
    }
  }
  t.is(text.trimEnd().split('\n').length, 1 + images.length);
});

test('a detector whose model has become another is refused', async (t) => {
  const { root, runs, report } = t.context;
  const folder = join(root, 'moved', 'anomaly');
  await mkdir(folder, { recursive: true });
  await cp(join(report.output, 'detector.json'), join(folder, 'detector.json'));
  const model = join(root, 'moved', 'model_best.safetensors');
  await cp(join(runs.classifier, 'model_best.safetensors'), model);
  const score = async () => scoreAnomalies({ detector: folder, inputs: [root] });
  await t.throwsAsync(score, { code: 'ERR_MODEL_MISMATCH', message: /is not the model/ });
  await rm(join(folder, 'detector.json'));
  await t.throwsAsync(score, { code: 'ERR_NOT_FOUND', message: /roentgen anomaly/ });
});

test("a classifier's embedding is judged with the note that it has seen anomalies", async (t) => {
  const { runs } = t.context;
  const report = await detectAnomalies(
    optionsOf(t.context, { model: runs.classifier, split: 'validation', threshold: 'youden' }),
  );
  t.deepEqual(
    report.detectors.map(({ name, threshold }) => [name, threshold.images]),
    [
      ['neighbors', 32],
      ['mahalanobis', 32],
    ],
  );
  t.true(report.notes.some((note) => /trained with labels of both kinds/.test(note)));
  t.true(report.notes.some((note) => /chosen with labeled anomalies/.test(note)));
});

test('thresholds from test images are for those who insist, and the result and the ledger say so', async (t) => {
  const options = optionsOf(t.context, { thresholdOn: 'test', output: join(t.context.root, 'S2') });
  await t.throwsAsync(detectAnomalies(options), { code: 'ERR_TEST_SELECTION' });
  const { detectors, notes } = await detectAnomalies({ ...options, allowTestSelection: true });
  t.like(detectors[0]?.threshold, { on: 'test', images: 40 });
  t.true(notes.some((note) => /Thresholds were chosen on the test images/.test(note)));
  const ledger = await readLedger(t.context.runs.autoencoder);
  t.regex(ledger.at(-1)?.why ?? '', /thresholds chosen on them too/);
});

const wrong: readonly (readonly [string, Partial<AnomalyOptions>, ErrorCode, RegExp])[] = [
  ['an unknown class', { normal: 'NORMLA' }, 'ERR_UNKNOWN_CLASS', /did you mean NORMAL\?/],
  ['an unknown layer', { layer: 'midle' }, 'ERR_INVALID_ARGUMENT', /did you mean middle\?/],
  ['45 neighbors of 44', { neighbors: 45 }, 'ERR_INVALID_ARGUMENT', /from 1 to the 44 normal/],
  ['a rate of 1 in 100', { threshold: 'rate=0.01' }, 'ERR_INVALID_ARGUMENT', /0\.01 takes 99/],
  ['a rule that is none', { threshold: 'k=1' }, 'ERR_INVALID_ARGUMENT', /sigma=1/],
  ['a folder that is no run', { model: '/nowhere' }, 'ERR_NOT_FOUND', /is no run/],
];
for (const [what, change, code, message] of wrong) {
  test(`${what} is refused`, async (t) => {
    const options = optionsOf(t.context, { split: 'validation', ...change });
    await t.throwsAsync(detectAnomalies(options), { instanceOf: RoentgenError, code, message });
  });
}

test('a classifier is refused where an autoencoder is needed', async (t) => {
  const { runs } = t.context;
  const options = optionsOf(t.context, { model: runs.classifier, detectors: ['error'] });
  await t.throwsAsync(detectAnomalies(options), {
    code: 'ERR_MODEL_MISMATCH',
    message: /error takes an autoencoder, and .* is a classifier: ask for neighbors or mahalanobis/,
  });
});

test('data that are not the run’s cannot judge it', async (t) => {
  const { root, data } = t.context;
  const other = join(root, 'other');
  await cp(join(data, 'test'), join(other, 'train'), { recursive: true });
  await t.throwsAsync(detectAnomalies(optionsOf(t.context, { data: other })), {
    code: 'ERR_MODEL_MISMATCH',
    message: /--detector/,
  });
});

test('with normal images alone there is nothing to tell apart', async (t) => {
  const { root, data, cacheDir } = t.context;
  const single = join(root, 'single');
  await cp(join(data, 'train', normal), join(single, normal), { recursive: true });
  const settings = {
    data: single,
    cacheDir,
    imgSize: 64,
    epochs: 3,
    lr: 3e-3,
    batchSize: 8,
    seed: 1,
  };
  const { runDirectory } = await trainAnomalyDetector({ ...settings, normal, output: root });
  const judging = detectAnomalies({ model: runDirectory, data: single, normal, cacheDir });
  await t.throwsAsync(judging, { code: 'ERR_SINGLE_CLASS', message: /all NORMAL/ });
});
