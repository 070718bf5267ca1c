/** What was planted in a run is found and named; a run that nobody touched reproduces. */
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import sharp from 'sharp';
import { readPredictions, writePredictions } from '../../src/evaluation/index.js';
import { packDataset, scanSource } from '../../src/data/index.js';
import { evaluate } from '../../src/inference/index.js';
import { calibrate, resumeTraining, train } from '../../src/training/index.js';
import {
  verify,
  type Verification,
  type VerificationCheckName,
} from '../../src/verification/index.js';
import { quickSettings, writeImages, writeOverlapping } from '../inference/images.js';

/** A folder with a run, its evaluation on the test split, and their images; each test gets a copy. */
const test = anyTest as TestFn<{ root: string }>;

test.before(async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'roentgen-verify-'));
  t.context = { root };
  await writeOverlapping(join(root, 'data'));
  const run = await train({ ...quickSettings(root), epochs: 2, experiment: 'run' });
  const { data, cacheDir } = quickSettings(root);
  await evaluate({ model: run.runDirectory, data, cacheDir });
});
test.after.always(async (t) => {
  await rm(t.context.root, { recursive: true, force: true });
});

interface Copy {
  run: string;
  data: string;
  verify: () => Promise<Verification>;
}

async function copyOf(t: ExecutionContext<{ root: string }>): Promise<Copy> {
  const folder = await mkdtemp(join(t.context.root, 'copy-'));
  const [run, data] = [join(folder, 'run'), join(folder, 'data')];
  await cp(join(t.context.root, 'runs/run'), run, { recursive: true });
  await cp(join(t.context.root, 'data'), data, { recursive: true });
  const cacheDir = join(t.context.root, 'cache');
  return { run, data, verify: async () => verify({ run, data, cacheDir }) };
}

/** `check: subject: message` of every finding, evaluations with their folder. */
function told({ checks }: Verification): string[] {
  return checks.flatMap(({ name, folder, findings }) =>
    findings.map(
      ({ subject, message }) =>
        `${[folder, name].filter(Boolean).join(' ')}: ${subject}: ${message}`,
    ),
  );
}

function differing({ checks }: Verification): [string, VerificationCheckName][] {
  return checks
    .filter(({ status }) => status === 'differs')
    .map(({ folder, name }) => [folder, name]);
}

/** Images of the run by their use. */
async function listed(run: string, use: string): Promise<string[]> {
  const [, ...rows] = (await readFile(join(run, 'images.csv'), 'utf8')).trim().split('\n');
  return rows
    .map((row) => row.split(','))
    .flatMap((cells) => (cells[4] === use ? (cells[0] ?? '') : []));
}

async function edit(path: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const edited = text.replace(from, to);
  if (edited === text) throw new Error(`nothing to edit in ${path}`);
  await writeFile(path, edited);
}

/** The middle pixel of an image becomes another. */
async function changePixel(path: string): Promise<void> {
  const { data, info } = await sharp(path)
    .toColorspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = Math.floor(data.length / 2);
  data[at] = ((data[at] ?? 0) + 128) % 256;
  const { width, height } = info;
  await writeFile(
    path,
    await sharp(data, { raw: { width, height, channels: 1 } })
      .png()
      .toBuffer(),
  );
}

/** Flips one bit of the first value of a tensor. */
async function changeWeight(path: string, tensor: string, bit: number): Promise<void> {
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<
    string,
    { data_offsets: [number, number] }
  >;
  const at = 8 + length + (header[tensor]?.data_offsets[0] ?? NaN) + (bit >> 3);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
  await writeFile(path, bytes);
}

test('a run that nobody touched reproduces, to the last bit, wherever its images are', async (t) => {
  const copy = await copyOf(t);
  const before = await readFile(join(copy.run, 'checksums.json'));
  const result = await copy.verify();
  t.deepEqual(told(result), []);
  t.is(result.verdict, 'reproduced');
  t.deepEqual(
    result.checks.map(({ folder, name, status }) => [folder, name, status]),
    [
      ...['files', 'weights', 'images', 'splits', 'predictions', 'figures'].map((name) => [
        '',
        name,
        'ok',
      ]),
      ...['files', 'predictions', 'figures'].map((name) => ['evaluation-test', name, 'ok']),
    ],
  );
  t.true(result.checks.some(({ summary }) => summary.includes('off by nothing')));
  t.deepEqual(await readFile(join(copy.run, 'checksums.json')), before);
  t.regex(result.fingerprint, /^[0-9a-f]{64}$/);
});

test('one changed pixel is found in whatever an image was used for', async (t) => {
  for (const use of ['train', 'validation', 'test', 'unused']) {
    const copy = await copyOf(t);
    const [name = ''] = await listed(copy.run, use);
    await changePixel(join(copy.data, name));
    const result = await copy.verify();
    t.is(result.verdict, 'differs');
    t.true(told(result).includes(`images: ${name}: its content has changed`), use);
    const others = told(result).filter((line) => !line.includes(name) && line.startsWith('images'));
    t.deepEqual(others, []);
    const predicted = told(result).filter((line) => /predictions: /.test(line));
    const expected = { train: 0, unused: 0, validation: 1, test: 1 }[use] ?? NaN;
    t.is(predicted.length, expected);
    for (const line of predicted) t.regex(line, /; the image has changed$/);
  }
});

test('an image that moved, is missing, is new, is a copy, or cannot be read is named', async (t) => {
  const copy = await copyOf(t);
  const [moved = '', missing = '', broken = '', original = ''] = await listed(copy.run, 'train');
  await rename(join(copy.data, moved), join(copy.data, 'train/DARK/elsewhere.png'));
  await rm(join(copy.data, missing));
  await writeFile(join(copy.data, broken), 'no image');
  await cp(join(copy.data, original), join(copy.data, 'train/DARK/twin.png'));
  await writeImages(join(copy.data, 'train/DARK/new'), 1, 99, 77);
  await rename(join(copy.data, 'train/DARK/new/image0.png'), join(copy.data, 'train/DARK/new.png'));
  await rm(join(copy.data, 'train/DARK/new'), { recursive: true });
  const lines = told(await copy.verify()).filter((line) => line.startsWith('images: '));
  t.deepEqual(
    lines.map((line) => line.replace(/(read: ).*/, '$1')).sort(),
    [
      `images: ${moved}: has moved to train/DARK/elsewhere.png`,
      `images: ${missing}: is missing`,
      `images: ${broken}: can no longer be read: `,
      'images: train/DARK/new.png: is new',
      `images: train/DARK/twin.png: is new, a copy of ${original}`,
    ].sort(),
  );
});

test('a changed class, split, patient or use in images.csv is found and named', async (t) => {
  const rows = [
    {
      from: ',BRIGHT,',
      to: ',DARK,',
      found: /^images: .*class DARK in images.csv, BRIGHT in the data$/,
    },
    {
      from: ',train,',
      to: ',val,',
      found: /^images: .*split val in images.csv, train in the data$/,
    },
    { from: /,train,(\w)/, to: ',train,x$1', found: /^images: .*patient x.* in images.csv/ },
    {
      from: ',validation,',
      to: ',train,',
      found: /^splits: .*train in images.csv, validation by the run's settings$/,
    },
  ];
  for (const { from, to, found } of rows) {
    const copy = await copyOf(t);
    const [name = ''] = await listed(copy.run, 'validation');
    const path = join(copy.run, 'images.csv');
    const line =
      (await readFile(path, 'utf8')).split('\n').find((text) => text.startsWith(`${name},`)) ?? '';
    await edit(path, line, line.replace(from, to));
    const lines = told(await copy.verify());
    t.true(lines.includes('files: images.csv: was changed after it was written'));
    const naming = lines.filter((text) => found.test(text));
    t.is(naming.length, 1, lines.join('\n'));
    t.true(naming[0]?.includes(name));
  }
});

test('an image in another class or split of the data is found', async (t) => {
  const copy = await copyOf(t);
  const [name = ''] = await listed(copy.run, 'validation');
  const other = name.replace('BRIGHT', 'DARK').replace('image', 'moved');
  await rename(join(copy.data, name), join(copy.data, other));
  const result = await copy.verify();
  t.true(told(result).includes(`images: ${name}: has moved to ${other}`));
  t.true(told(result).some((line) => line.startsWith('predictions: images: 1 of ')));
});

test('settings that would divide the images otherwise are found', async (t) => {
  const copy = await copyOf(t);
  await edit(join(copy.run, 'config.yaml'), /^seed: 3$/m, 'seed: 4');
  const result = await copy.verify();
  t.deepEqual(differing(result), [
    ['', 'files'],
    ['', 'splits'],
  ]);
  t.true(told(result).includes('files: config.yaml: was changed after it was written'));
});

test('one bit of any weight is found, and its tensor named', async (t) => {
  // Of the mantissa: a change that may be too small for any prediction to show.
  for (const [tensor, bit] of [
    ['conv1.weight', 0],
    ['embedding.bias', 11],
    ['head.weight', 22],
  ] as const) {
    const copy = await copyOf(t);
    await changeWeight(join(copy.run, 'model_best.safetensors'), tensor, bit);
    const result = await copy.verify();
    t.is(result.verdict, 'differs');
    t.deepEqual(
      told(result).filter((line) => line.includes('weights: ')),
      [
        `weights: ${tensor}: this tensor has other values`,
        `evaluation-test weights: ${tensor}: this tensor has other values`,
      ],
    );
  }
});

test('a weight that matters changes predictions and figures, and both are named', async (t) => {
  const copy = await copyOf(t);
  // The highest bit of the exponent: the value becomes huge.
  await changeWeight(join(copy.run, 'model_best.safetensors'), 'head.weight', 30);
  const result = await copy.verify();
  t.deepEqual(
    new Set(differing(result).map(([, name]) => name)),
    new Set<VerificationCheckName>(['weights', 'predictions', 'figures']),
  );
  t.true(
    told(result).some((line) => /^figures: \w+: .* by the model's new predictions/.test(line)),
  );
});

test('a model file that is cut short, or gone, is a finding', async (t) => {
  const copy = await copyOf(t);
  const path = join(copy.run, 'model_best.safetensors');
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(0, 5000));
  const damaged = await copy.verify();
  t.is(damaged.verdict, 'differs');
  t.true(told(damaged).some((line) => line.startsWith('weights: ')));
  await rm(path);
  t.true(told(await copy.verify()).some((line) => /^weights: .*does not exist/.test(line)));
});

test('every edited figure of metrics.json is named', async (t) => {
  for (const folder of ['', 'evaluation-test']) {
    const copy = await copyOf(t);
    const path = join(copy.run, folder, 'metrics.json');
    const content = JSON.parse(await readFile(path, 'utf8')) as {
      metrics: { accuracy: number; perClass: { recall: number }[] };
      intervals: { overall: { auroc: { low: number } } };
    };
    content.metrics.accuracy += 0.01;
    (content.metrics.perClass[1] ?? { recall: 0 }).recall -= 0.02;
    content.intervals.overall.auroc.low += 0.03;
    await writeFile(path, JSON.stringify(content));
    const result = await copy.verify();
    t.deepEqual(differing(result), [
      [folder, 'files'],
      [folder, 'figures'],
    ]);
    const subjects = result.checks
      .filter(({ name }) => name === 'figures')
      .flatMap(({ findings }) => findings.map(({ subject, message }) => `${subject} ${message}`));
    t.is(subjects.length, 4, subjects.join('\n'));
    const patterns = [
      /^accuracy .* by predictions\.csv$/,
      /^perClass\.DARK\.recall .* by predictions\.csv$/,
      /^intervals\.overall\.auroc\.low .* by predictions\.csv$/,
      /^accuracy .* new predictions$/,
    ];
    for (const pattern of patterns)
      t.true(
        subjects.some((line) => pattern.test(line)),
        String(pattern),
      );
  }
});

test('an edited prediction is named, with what the model says', async (t) => {
  for (const folder of ['', 'evaluation-test']) {
    const copy = await copyOf(t);
    const path = join(copy.run, folder, 'predictions.csv');
    const predictions = await readPredictions(path);
    const { probabilities, filenames } = predictions;
    // By more than the tolerance, and still a probability.
    const [first = 0] = probabilities;
    const shift = first > 0.5 ? -2e-5 : 2e-5;
    probabilities[0] = first + shift;
    probabilities[1] = 1 - first - shift;
    await writePredictions(path, predictions);
    const result = await copy.verify();
    const lines = told(result).filter((line) => line.includes('predictions: '));
    t.is(lines.length, 1);
    t.true(lines[0]?.includes(`${filenames[0] ?? ''}: prob_`));
    t.true(differing(result).some(([at, name]) => at === folder && name === 'files'));
  }
});

test('a true class that was turned in predictions.csv is named', async (t) => {
  const copy = await copyOf(t);
  const path = join(copy.run, 'predictions.csv');
  const predictions = await readPredictions(path);
  const targets = Array.from(predictions.targets ?? []);
  targets[3] = 1 - (targets[3] ?? 0);
  await writePredictions(path, { ...predictions, targets });
  const lines = told(await copy.verify());
  const name = predictions.filenames[3] ?? '';
  t.true(
    lines.some((line) => line.startsWith(`predictions: ${name}: class `)),
    lines.join('\n'),
  );
  t.true(lines.some((line) => /^figures: accuracy: .* by predictions\.csv$/.test(line)));
});

test('rows that are missing, surplus or no probabilities are named', async (t) => {
  const copy = await copyOf(t);
  const path = join(copy.run, 'predictions.csv');
  const rows = (await readFile(path, 'utf8')).trim().split('\n');
  const first = rows[1]?.split(',')[0] ?? '';
  await writeFile(path, `${[rows[0], ...rows.slice(2), rows[2]].join('\n')}\n`);
  const second = rows[2]?.split(',')[0] ?? '';
  const lines = told(await copy.verify());
  t.true(lines.includes(`predictions: ${first}: has no row in predictions.csv`));
  t.true(lines.includes(`predictions: ${second}: is in predictions.csv, more than once`));
  await writeFile(path, `${[rows[0], ...rows.slice(1)].join('\n').replace(/0\.\d+/, '7')}\n`);
  const damaged = told(await copy.verify());
  t.true(
    damaged.some((line) => /^predictions: predictions\.csv: .*line 2: /.test(line)),
    damaged.join('\n'),
  );
});

test('a rule fitted anew by calibrate is no change; one that was edited is', async (t) => {
  const copy = await copyOf(t);
  const cacheDir = join(t.context.root, 'cache');
  await calibrate({
    ...{ model: copy.run, data: copy.data, cacheDir },
    operatingPoint: 'sensitivity=0.9',
    tta: 'hflip',
  });
  const mirrored = await evaluate({ model: copy.run, data: copy.data, cacheDir });
  t.is(mirrored.tta, 'hflip');
  t.deepEqual(told(await copy.verify()), []);
  const model = join(copy.run, 'model_best.safetensors');
  const bytes = await readFile(model, 'latin1');
  await writeFile(model, bytes.replace('sensitivity=0.9', 'sensitivity=0.8'), 'latin1');
  const lines = told(await copy.verify());
  t.is(lines.length, 1);
  t.regex(
    lines[0] ?? '',
    /^weights: decision: decision rule, gate or test-time augmentation are not those/,
  );
});

test('evaluations elsewhere are verified with their own images, or said to be unchecked', async (t) => {
  const copy = await copyOf(t);
  const elsewhere = join(copy.data, '../elsewhere');
  await writeImages(join(elsewhere, 'BRIGHT'), 5, 120, 50);
  await writeImages(join(elsewhere, 'DARK'), 5, 60, 51);
  const cacheDir = join(t.context.root, 'cache');
  await evaluate({ model: copy.run, data: elsewhere, cacheDir });
  t.is((await copy.verify()).verdict, 'reproduced');
  await changePixel(join(elsewhere, 'DARK/image3.png'));
  t.true(
    told(await copy.verify()).includes(
      'evaluation-all images: DARK/image3.png: its content has changed',
    ),
  );
  await rm(elsewhere, { recursive: true });
  const result = await copy.verify();
  t.is(result.verdict, 'incomplete');
  t.true(
    result.checks.some(
      ({ folder, name, status }) =>
        folder === 'evaluation-all' && name === 'images' && status === 'unchecked',
    ),
  );
});

test('classes that were mapped are compared by what they stand for', async (t) => {
  const copy = await copyOf(t);
  const elsewhere = join(copy.data, '../elsewhere');
  await writeImages(join(elsewhere, 'LIGHT'), 5, 120, 50);
  await writeImages(join(elsewhere, 'DARK'), 5, 60, 51);
  const cacheDir = join(t.context.root, 'cache');
  await evaluate({ model: copy.run, data: elsewhere, map: ['LIGHT=BRIGHT'], cacheDir });
  t.deepEqual(told(await copy.verify()), []);
  await rename(join(elsewhere, 'LIGHT/image3.png'), join(elsewhere, 'DARK/moved.png'));
  t.is(
    told(await copy.verify())[0],
    'evaluation-all images: LIGHT/image3.png: has moved to DARK/moved.png',
  );
});

test('an evaluation in bf16 of another positive class reproduces', async (t) => {
  const copy = await copyOf(t);
  const cacheDir = join(t.context.root, 'cache');
  const asked = { positive: 'BRIGHT', precision: 'bf16', split: 'val', batchSize: 7 } as const;
  await evaluate({ model: copy.run, data: copy.data, cacheDir, ...asked });
  const result = await copy.verify();
  t.deepEqual(told(result), []);
  const again = result.checks.find(
    ({ folder, name }) => folder === 'evaluation-val' && name === 'predictions',
  );
  t.regex(again?.summary ?? '', /^120 images predicted again in bf16 .*: off by nothing/);
});

test('of a packed file the pixels are unchecked, until the folder is named', async (t) => {
  const { root } = t.context;
  const cacheDir = join(root, 'cache');
  const packed = join(root, 'packed.safetensors');
  const source = await scanSource(join(root, 'data'));
  const format = { channels: 1, height: 32, width: 32, fit: 'fill' } as const;
  const { dataset } = await packDataset(source, format, { output: packed });
  dataset.dispose();
  const { runDirectory: run } = await train({ ...quickSettings(root), data: packed, epochs: 1 });
  const result = await verify({ run });
  t.is(result.verdict, 'incomplete');
  t.deepEqual(
    result.checks.filter(({ status }) => status !== 'ok').map(({ name }) => name),
    ['images'],
  );
  t.is((await verify({ run, data: join(root, 'data'), cacheDir })).verdict, 'reproduced');
});

test('a run without checksums says how it gets them', async (t) => {
  const copy = await copyOf(t);
  await rm(join(copy.run, 'checksums.json'));
  await t.throwsAsync(copy.verify(), { code: 'ERR_NOT_FOUND', message: /train --resume/ });
  await edit(join(copy.run, 'config.yaml'), /^data: .*$/m, `data: ${copy.data}`);
  await resumeTraining(copy.run, { cacheDir: join(t.context.root, 'cache') });
  t.is((await copy.verify()).verdict, 'reproduced');
});

test('images that are not where they were are an error that says so', async (t) => {
  const copy = await copyOf(t);
  const gone = join(copy.data, 'nowhere');
  await t.throwsAsync(verify({ run: copy.run, data: gone }), { code: 'ERR_NOT_FOUND' });
  await mkdir(gone);
  await t.throwsAsync(verify({ run: gone }), { code: 'ERR_NOT_FOUND', message: /is no run/ });
});
