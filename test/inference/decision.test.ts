/** A model file says how its probabilities become answers, and when there is none. */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import sharp from 'sharp';
import { formatDecision, withTemperature, type DecisionRule } from '../../src/evaluation/index.js';
import { evaluate, loadModel, predict, rewriteModel } from '../../src/inference/index.js';
import { RoentgenError } from '../../src/native/index.js';
import { train, type RunResult } from '../../src/training/index.js';
import { readTensors } from '../training/tensors.js';
import { quickSettings, temporaryFolder, writeOverlapping } from './images.js';
import { close } from './same.js';

interface Context {
  root: string;
  run: RunResult;
  rule: DecisionRule;
  remove: () => Promise<void>;
}
const test = anyTest as TestFn<Context>;

test.before(async (t) => {
  const { path, remove } = await temporaryFolder();
  await writeOverlapping(join(path, 'data'));
  const { valFraction: _, ...settings } = quickSettings(path);
  const run = await train({ ...settings, epochs: 3 });
  if (run.decisionRule === null) throw new Error('120 validation images make a rule');
  t.context = { root: path, run, rule: run.decisionRule, remove };
});
test.after.always(async (t) => {
  await t.context.remove();
});

/** A copy of the run's model with parts of its rule changed. */
async function modelWith(
  t: ExecutionContext<Context>,
  name: string,
  change: Partial<DecisionRule> | null,
): Promise<string> {
  const { root, run, rule } = t.context;
  const path = join(root, `${name}.safetensors`);
  await copyFile(run.model, path);
  using model = await loadModel(path);
  const decision = change === null ? undefined : { ...rule, ...change };
  await rewriteModel(path, {
    decision,
    gate: change === null ? undefined : (model.gate ?? undefined),
  });
  return path;
}

const testImages = ({ root }: Context): string[] => [join(root, 'data', 'test')];

test('training leaves its rule and a gate in the model file and in metrics.json', async (t) => {
  const { run, rule } = t.context;
  t.like(rule, { fittedOn: 'validation', images: 120, prior: [0.5, 0.5] });
  t.is(rule.operatingPoint?.positive, 'DARK');
  t.is(rule.conformal?.thresholds.length, 2);
  using model = await loadModel(run.runDirectory);
  t.deepEqual(model.decision, rule);
  t.like(model.gate, { images: 120, falsePositiveRate: 0.01 });
  const file = await readFile(join(run.runDirectory, 'metrics.json'), 'utf8');
  t.deepEqual((JSON.parse(file) as { decisionRule: unknown }).decisionRule, rule);
});

test('another rule leaves the bytes of the weights, and all else that the file says', async (t) => {
  const path = await modelWith(t, 'bytes', { temperature: 2 });
  t.deepEqual(await readTensors(path), await readTensors(t.context.run.model));
  using model = await loadModel(path);
  using original = await loadModel(t.context.run.model);
  const { decision, ...rest } = model.description;
  const { decision: _, ...expected } = original.description;
  t.is(decision?.temperature, 2);
  t.deepEqual(rest, expected);
});

test('a model without a rule or gate answers with its most probable class, as --raw does', async (t) => {
  const old = await modelWith(t, 'old', null);
  const inputs = testImages(t.context);
  const plain = await predict({ model: old, inputs });
  const raw = await predict({ model: t.context.run.model, inputs, raw: true });
  raw.predictions.forEach(({ label, probabilities: [bright = NaN] }, at) => {
    const { label: expected, probabilities = [] } = plain.predictions[at] ?? {};
    t.is(label, expected ?? '');
    t.true(close([bright], [probabilities[0] ?? NaN]));
  });
  t.is(raw.text.split('\n')[0], 'filename,label,prob_BRIGHT,prob_DARK');
  for (const { label, probabilities, abstain, predictionSet } of plain.predictions) {
    t.is(label, (probabilities[0] ?? 0) >= (probabilities[1] ?? 0) ? 'BRIGHT' : 'DARK');
    t.is(abstain, null);
    t.is(predictionSet, null);
  }
});

test('probabilities are calibrated, the label is that of the operating point, and doubt is said', async (t) => {
  const point = { rule: 'sensitivity=0.97', positive: 'DARK', threshold: 0.3 };
  const conformal = { alpha: 0.1, thresholds: [0.6, 0.2] };
  const rule = { temperature: 2.5, operatingPoint: point, conformal };
  const model = await modelWith(t, 'decided', rule);
  const inputs = testImages(t.context);
  const { predictions, text } = await predict({ model, inputs });
  const raw = await predict({ model, inputs, raw: true });
  t.regex(text, /^filename,label,prob_BRIGHT,prob_DARK,prediction_set,abstain\n/);
  const kinds = new Set<string>();
  predictions.forEach(({ label, probabilities, predictionSet, abstain }, at) => {
    const [bright = NaN, dark = NaN] = withTemperature(
      raw.predictions[at]?.probabilities ?? [],
      2.5,
      2,
    );
    t.true(close(probabilities, [bright, dark]));
    t.is(label, dark >= 0.3 ? 'DARK' : 'BRIGHT');
    const set = [...(bright >= 0.6 ? ['BRIGHT'] : []), ...(dark >= 0.2 ? ['DARK'] : [])];
    t.deepEqual(predictionSet, set);
    const clear = set.length === 1 && set[0] === label;
    if (abstain !== 'unfamiliar') t.is(abstain, clear ? null : 'ambiguous');
    kinds.add(String(abstain));
  });
  t.true(kinds.has('null') && kinds.has('ambiguous'), [...kinds].join());
});

test('a picture unlike all training images gets no answer, however sure the classifier is', async (t) => {
  const { root, run } = t.context;
  const side = 32;
  const board = Buffer.from(
    Array.from({ length: side * side }, (_, at) => (((at >> 3) + (at >> 8)) % 2 === 0 ? 255 : 0)),
  );
  const path = join(root, 'board.png');
  await sharp(board, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toFile(path);
  using model = await loadModel(run.model);
  const { predictions } = await model.predict([path]);
  t.is(predictions[0]?.abstain, 'unfamiliar');
  const raw = await model.predict([path], { raw: true });
  t.is(raw.predictions[0]?.abstain, null);
});

test('evaluation scores the network itself, and beside it what its rule makes of the images', async (t) => {
  const { root, run } = t.context;
  const point = { rule: 'cost=1:99', positive: 'DARK', threshold: 1 };
  const model = await modelWith(t, 'never', { temperature: 3, operatingPoint: point });
  const options = { data: join(root, 'data'), cacheDir: join(root, 'cache') };
  const plain = await evaluate({ ...options, model: run.model });
  const changed = await evaluate({ ...options, model });
  t.deepEqual(changed.metrics, plain.metrics);
  t.is(changed.decision?.temperature, 3);
  t.is(changed.decision?.operatingPoint?.sensitivity?.value, 0);
  t.deepEqual(changed.decision?.raw, plain.decision?.raw);
  const { unfamiliar = null } = plain.decision ?? {};
  t.true(unfamiliar !== null && unfamiliar <= 120 * 0.1, `${unfamiliar}`);
  const { decision } = await evaluate({ ...options, model: await modelWith(t, 'none', null) });
  t.is(decision, null);
  if (plain.decision === null) return t.fail('the run has a rule');
  t.regex(
    formatDecision(plain.decision, { classes: ['BRIGHT', 'DARK'], images: 120 }),
    /^Decision rule, fitted on validation\n/,
  );
});

const damages: readonly (readonly [what: string, from: string, to: string])[] = [
  ['a prior of one class', '\\"prior\\":[0.5,0.5]', '\\"prior\\":[      1]'],
  ['a class that is not there', '\\"positive\\":\\"DARK\\"', '\\"positive\\":\\"DUSK\\"'],
  ['a number that is none', '\\"images\\":120', '\\"images\\":"x"'],
];
for (const [what, from, to] of damages) {
  test(`a rule that does not fit the model is an error: ${what}`, async (t) => {
    const { root, run } = t.context;
    const good = await readFile(run.model, 'latin1');
    t.true(good.includes(from));
    const path = join(root, `${from.length}.safetensors`);
    await writeFile(path, good.replace(from, to), 'latin1');
    const error = await t.throwsAsync(loadModel(path), { instanceOf: RoentgenError });
    t.is(error.code, 'ERR_INVALID_FILE');
    t.true(error.message.includes(path), error.message);
  });
}
