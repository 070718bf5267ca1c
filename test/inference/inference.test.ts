/** A trained model answers from its file alone, the same in every way it can be asked. */
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { evaluate, loadModel, predict } from '../../src/inference/index.js';
import { RoentgenError } from '../../src/native/index.js';
import type { RunResult } from '../../src/training/index.js';
import { temporaryFolder, trainQuickly, writeImages } from './images.js';

const test = anyTest as TestFn<{ root: string; run: RunResult; remove: () => Promise<void> }>;
const code = (expected: string) => ({ instanceOf: RoentgenError, code: expected });

test.before(async (t) => {
  const { path, remove } = await temporaryFolder();
  t.context = { root: path, run: await trainQuickly(path), remove };
});
test.after.always(async (t) => {
  await t.context.remove();
});

test('the test split is classified without error, and the files say so', async (t) => {
  const { root, run } = t.context;
  const data = join(root, 'data');
  const result = await evaluate({ model: run.runDirectory, data, cacheDir: join(root, 'cache') });
  t.is(result.split, 'test');
  t.is(result.samples, 12);
  t.is(result.metrics?.accuracy, 1);
  const folder = result.output ?? '';
  const metrics = JSON.parse(await readFile(join(folder, 'metrics.json'), 'utf8')) as {
    report: Record<string, unknown>;
  };
  t.is(metrics.report['accuracy'], 1);
  const rows = (await readFile(join(folder, 'predictions.csv'), 'utf8')).trim().split('\n');
  t.is(rows[0], 'filename,label,prob_BRIGHT,prob_DARK,target,correct,patient_id');
  t.is(rows.length, 13);
  t.true(rows.slice(1).every((row) => row.includes('true')));
});

test('classes of other names are told by a map which of the model they are', async (t) => {
  const { root, run } = t.context;
  const data = join(root, 'elsewhere');
  await mkdir(data);
  await symlink(join(root, 'data', 'test', 'BRIGHT'), join(data, 'WHITE'));
  await symlink(join(root, 'data', 'test', 'DARK'), join(data, 'DARK'));
  const options = { model: run.model, data, cacheDir: join(root, 'cache') };
  await t.throwsAsync(evaluate(options), code('ERR_UNKNOWN_CLASS'));
  await t.throwsAsync(evaluate({ ...options, map: ['DARK=DARK'] }), {
    code: 'ERR_UNKNOWN_CLASS',
    message: /WHITE/,
  });
  const right = await evaluate({ ...options, map: ['WHITE=BRIGHT'] });
  t.is(right.metrics?.accuracy, 1);
  const wrong = await evaluate({ ...options, map: ['WHITE=DARK', 'DARK=BRIGHT'] });
  t.is(wrong.metrics?.accuracy, 0);
});

test('a second evaluation has a folder of its own', async (t) => {
  const { root, run } = t.context;
  const options = {
    model: run.runDirectory,
    data: join(root, 'data'),
    cacheDir: join(root, 'cache'),
    split: 'train',
  } as const;
  const first = await evaluate(options);
  const second = await evaluate(options);
  t.not(first.output, second.output);
});

test('predict says of each file what evaluate says', async (t) => {
  const { root, run } = t.context;
  const folder = join(root, 'data', 'test');
  const evaluated = await evaluate({
    model: run.model,
    data: join(root, 'data'),
    output: join(root, 'same'),
    cacheDir: join(root, 'cache'),
  });
  const csv = await readFile(join(evaluated.output ?? '', 'predictions.csv'), 'utf8');
  const expected = new Map(
    csv
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(','))
      .map(([name, , bright]) => [(name ?? '').replace('test/', ''), Number(bright)]),
  );
  const { predictions } = await predict({
    model: run.model,
    inputs: [folder],
    predictor: { maxBatch: 5 },
  });
  t.is(predictions.length, 12);
  for (const { filename, probabilities } of predictions) {
    t.true(Math.abs((probabilities[0] ?? NaN) - (expected.get(filename) ?? NaN)) < 1e-5, filename);
  }
});

test('a model embedded in a program answers for paths and for bytes', async (t) => {
  const { root, run } = t.context;
  using model = await loadModel(run.runDirectory);
  t.deepEqual([...model.classes], ['BRIGHT', 'DARK']);
  t.is(model.architecture, 'lenet5');
  const path = join(root, 'data', 'test', 'DARK', 'image0.png');
  const { predictions, problems } = await model.predict([path, await readFile(path)]);
  t.deepEqual(problems, []);
  t.is(predictions[0]?.label, 'DARK');
  t.deepEqual(predictions[0]?.probabilities, predictions[1]?.probabilities);
});

test('files that are no images are listed, and the others answered', async (t) => {
  const { root, run } = t.context;
  const folder = join(root, 'mixed');
  const [good] = await writeImages(folder, 1, 150, 9);
  await writeFile(join(folder, 'empty.jpg'), '');
  await writeFile(join(folder, 'text.jpg'), 'not an image');
  await copyFile(good ?? '', join(folder, 'cut.png'));
  await writeFile(join(folder, 'cut.png'), (await readFile(good ?? '')).subarray(0, 60));
  const { predictions, problems } = await predict({ model: run.model, inputs: [folder] });
  t.deepEqual(
    predictions.map(({ label }) => label),
    ['BRIGHT'],
  );
  t.deepEqual(problems.map(({ file }) => file).sort(), ['cut.png', 'empty.jpg', 'text.jpg']);
  t.true(problems.every((problem) => problem.code === 'ERR_UNREADABLE_IMAGE'));
});

test('the table of unknown images is report S1’s', async (t) => {
  const { root, run } = t.context;
  const folder = join(root, 'unknown');
  await writeImages(folder, 2, 30, 5);
  const output = join(root, 'unknown.csv');
  const { text } = await predict({ model: run.model, inputs: [folder], format: 'unknown', output });
  t.is(text, ',Unknown_images,Diagnosis\n0,image0.png,DARK\n1,image1.png,DARK\n');
  t.is(await readFile(output, 'utf8'), text);
});

test('data with a class the model does not know are refused by name', async (t) => {
  const { root, run } = t.context;
  const data = join(root, 'foreign');
  await writeImages(join(data, 'BRIGHT'), 1, 150);
  await writeImages(join(data, 'STRANGE'), 1, 90);
  await t.throwsAsync(evaluate({ model: run.model, data, cacheDir: join(root, 'cache') }), {
    ...code('ERR_UNKNOWN_CLASS'),
    message: /STRANGE/,
  });
});

test('a split that the data do not have is an error that names those it has', async (t) => {
  const { root, run } = t.context;
  const options = {
    model: run.model,
    data: join(root, 'data'),
    split: 'val',
    cacheDir: join(root, 'cache'),
  } as const;
  await t.throwsAsync(evaluate(options), { ...code('ERR_EMPTY_DATASET'), message: /train, test/ });
});

test('a damaged model file is an error, whatever the damage', async (t) => {
  const { root, run } = t.context;
  const good = await readFile(run.model);
  const damaged: Record<string, Buffer> = {
    cut: good.subarray(0, good.length - 5),
    long: Buffer.concat([good, Buffer.from('x')]),
    empty: Buffer.alloc(0),
    header: Buffer.concat([
      Buffer.from([255, 255, 255, 255, 255, 255, 255, 127]),
      good.subarray(8),
    ]),
    name: Buffer.from(good.toString('latin1').replace('conv1.weight', 'conv9.weight'), 'latin1'),
    kind: Buffer.from(
      good.toString('latin1').replace('roentgen model', 'roentgen medal'),
      'latin1',
    ),
    description: Buffer.from(good.toString('latin1').replace('\\"fit\\"', '\\"fat\\"'), 'latin1'),
  };
  for (const [name, bytes] of Object.entries(damaged)) {
    const path = join(root, `${name}.safetensors`);
    await writeFile(path, bytes);
    const error = await t.throwsAsync(loadModel(path), { instanceOf: RoentgenError }, name);
    t.true(
      ['ERR_INVALID_FILE', 'ERR_MODEL_MISMATCH'].includes(error.code),
      `${name}: ${error.message}`,
    );
    t.true(error.message.includes(path), error.message);
  }
});

test('a flipped bit in the weights that makes them infinite is an error', async (t) => {
  const { root, run } = t.context;
  const bytes = Buffer.from(await readFile(run.model));
  // Weights are float32 from the end of the header on; all ones in an exponent is infinity or NaN.
  bytes.writeFloatLE(Infinity, bytes.length - 4);
  const path = join(root, 'infinite.safetensors');
  await writeFile(path, bytes);
  await t.throwsAsync(loadModel(path), {
    ...code('ERR_MODEL_MISMATCH'),
    message: /NaN or infinity/,
  });
});

test('a missing model, and no inputs, say what is missing', async (t) => {
  const { run } = t.context;
  await t.throwsAsync(loadModel('/nowhere/model.safetensors'), code('ERR_NOT_FOUND'));
  await t.throwsAsync(predict({ model: run.model, inputs: [] }), code('ERR_INVALID_ARGUMENT'));
});

test('images are found through links', async (t) => {
  const { root, run } = t.context;
  const folder = join(root, 'links');
  await mkdir(folder);
  await symlink(join(root, 'data', 'test', 'DARK', 'image1.png'), join(folder, 'link.png'));
  const { predictions } = await predict({ model: run.model, inputs: [folder] });
  t.deepEqual(
    predictions.map(({ filename, label }) => [filename, label]),
    [['link.png', 'DARK']],
  );
});
