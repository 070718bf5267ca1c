/** A model as a service: however it is asked, and by how many at once, it gives the same answers. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import anyTest, { type TestFn } from 'ava';
import sharp from 'sharp';
import { drawPhantom, type ImageInput } from '../../../src/data/index.js';
import { evaluate, loadModel, type Prediction } from '../../../src/inference/index.js';
import { Dataset, liveHandles } from '../../../src/native/index.js';
import type { RunResult } from '../../../src/training/index.js';
import { temporaryFolder, trainQuickly } from '../images.js';
import { close, samePredictions } from '../same.js';

interface Context {
  root: string;
  run: RunResult;
  paths: string[];
  remove: () => Promise<void>;
}
const test = anyTest as TestFn<Context>;

test.before(async (t) => {
  const { path, remove } = await temporaryFolder();
  const run = await trainQuickly(path);
  const paths = ['BRIGHT', 'DARK'].flatMap((name) =>
    [0, 1, 2, 3, 4, 5].map((at) => join(path, 'data', 'test', name, `image${at}.png`)),
  );
  t.context = { root: path, run, paths, remove };
});
test.after.always(async (t) => {
  await t.context.remove();
});

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;

/** What lives once the garbage collector and finalizers, which take turns of their own, have been through. */
async function living(): Promise<ReturnType<typeof liveHandles>> {
  for (let turn = 0; turn < 10; turn += 1) {
    collect();
    await setTimeout(5);
  }
  return liveHandles();
}

test('calls that come together answer as calls one by one, and as evaluation does', async (t) => {
  const { root, run, paths } = t.context;
  using model = await loadModel(run.model, { workers: 2, maxBatch: 5 });
  const alone: Prediction[] = [];
  for (const path of paths) alone.push(...(await model.predict([path])).predictions);
  const together = await Promise.all(paths.map(async (path) => model.predict([path])));
  samePredictions(
    t,
    together.flatMap(({ predictions }) => predictions),
    alone,
  );
  const { predictions, problems } = await model.predict(paths);
  t.deepEqual(problems, []);
  samePredictions(t, predictions, alone);
  t.deepEqual(
    predictions.map(({ filename }) => filename),
    paths.map((path) => path.split('/').at(-1)),
  );
  const { batches, answered } = model.statistics();
  t.is(answered, 36);
  t.true(batches < 36, `${batches} passes`);

  const output = join(root, 'evaluated');
  const options = { data: join(root, 'data'), cacheDir: join(root, 'cache'), output };
  await evaluate({ model: run.model, ...options });
  const csv = await readFile(join(output, 'predictions.csv'), 'utf8');
  const raw = await model.predict(paths, { raw: true });
  const rows = new Map(
    csv
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(','))
      .map(([name = '', , bright]) => [join(root, 'data', name), Number(bright)]),
  );
  paths.forEach((path, at) => {
    const bright = raw.predictions[at]?.probabilities[0] ?? NaN;
    t.true(Math.abs(bright - (rows.get(path) ?? NaN)) < 1e-6, path);
  });
});

test('a path, bytes, a stream and pixels of any kind are the same image', async (t) => {
  const { run, paths } = t.context;
  const [path = ''] = paths;
  using model = await loadModel(run.model);
  const file = await readFile(path);
  const { data, info } = await sharp(path)
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  t.is(info.channels, 1);
  const { width, height } = info;
  const rgba = new Uint8ClampedArray(4 * data.length).fill(255);
  data.forEach((value, at) => rgba.fill(value, 4 * at, 4 * at + 3));
  const images: ImageInput[] = [
    path,
    file,
    new Uint8Array(file),
    createReadStream(path),
    Readable.from([file.subarray(0, 50), file.subarray(50)]),
    new Blob([new Uint8Array(file)]).stream(),
    { pixels: new Uint8Array(data), width, height, channels: 1 },
    { pixels: rgba, width, height, channels: 4 },
    { pixels: Float32Array.from(data, (value) => value / 255), width, height, channels: 1 },
  ];
  const { predictions, problems } = await model.predict(images);
  t.deepEqual(problems, []);
  t.is(predictions[1]?.filename, 'image 2');
  const [first] = predictions;
  if (first === undefined) return t.fail('there is an answer');
  samePredictions(
    t,
    predictions,
    images.map(() => first),
  );

  // 16 bits come down to 8 as a 16-bit file's do.
  const pixels = Uint16Array.from(data, (value, at) => value * 256 + (at % 256));
  const raw = { raw: { width, height, channels: 1 as const } };
  const deep = await sharp(pixels, raw).toColourspace('grey16').png().toBuffer();
  const both = await model.predict([deep, { pixels, width, height, channels: 1 }]);
  samePredictions(t, both.predictions.slice(1), both.predictions.slice(0, 1));
});

test('tensors answer as images do, but for the gate, which cannot judge normalized ones', async (t) => {
  const { run, paths } = t.context;
  using model = await loadModel(run.model);
  const { height, width } = model.format;
  const { mean, std } = model.description;
  const [path = ''] = paths;
  const pixels = await sharp(path)
    .resize({ width, height, fit: 'fill' })
    .toColourspace('srgb')
    .raw()
    .toBuffer()
    .then((rgb) => Uint8Array.from({ length: rgb.length / 3 }, (_, at) => rgb[3 * at] ?? 0));
  const normalized = Float32Array.from(
    pixels,
    (value) => (value / 255 - (mean[0] ?? 0)) / (std[0] ?? 1),
  );
  const { predictions } = await model.predict([path], { raw: true });
  for (const values of [pixels, normalized]) {
    const { outputs, ...answer } = await model.predictTensor(values, { raw: true });
    t.is(outputs.length, 2);
    samePredictions(t, [answer], predictions);
  }
  const noise = Uint8Array.from(pixels, (_, at) => (at % 2) * 255);
  t.is((await model.predictTensor(noise)).abstain, model.gate === null ? null : 'unfamiliar');
  t.not((await model.predictTensor(new Float32Array(noise))).abstain, 'unfamiliar');
  await t.throwsAsync(model.predictTensor(new Uint8Array(5)), { code: 'ERR_INVALID_ARGUMENT' });
  await t.throwsAsync(model.predictTensor(normalized.map(() => NaN)), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /finite/,
  });
});

test('what is no image is a problem of its own, in whatever form it comes', async (t) => {
  const { run, paths } = t.context;
  const [path = ''] = paths;
  using model = await loadModel(run.model);
  const failing = new Readable({
    read() {
      this.destroy(new Error('connection lost'));
    },
  });
  const pixels = new Float32Array(4).fill(200);
  const { predictions, problems } = await model.predict([
    'nowhere.png',
    path,
    failing,
    Readable.from([Buffer.from('no '), Buffer.from('image')]),
    Readable.from(['text']),
    { pixels, width: 2, height: 2, channels: 1 },
  ]);
  t.is(predictions.length, 1);
  t.deepEqual(
    problems.map(({ file, code }) => [file, code]),
    [
      ['nowhere.png', 'ERR_NOT_FOUND'],
      ['image 3', 'ERR_UNREADABLE_IMAGE'],
      ['image 4', 'ERR_UNREADABLE_IMAGE'],
      ['image 5', 'ERR_UNREADABLE_IMAGE'],
      ['image 6', 'ERR_UNREADABLE_IMAGE'],
    ],
  );
  t.deepEqual(
    problems.map(({ message }) => message),
    [
      'no such file. Check the path.',
      'cannot be read: connection lost. Send it again.',
      'cannot be decoded: Input buffer contains unsupported image format. Replace the file or take it out.',
      'cannot be read: it gives strings, not bytes. Send it again.',
      'has a pixel of 200, outside of 0 … 1. Scale floats to 0 … 1.',
    ],
    'what is wrong and what to do; the file stands beside it',
  );
  const limited = await model.predict([path], { pixelLimit: 100 });
  t.is(limited.problems[0]?.code, 'ERR_IMAGE_TOO_LARGE');
  t.is(model.statistics().pending, 0);
  const short = { pixels: new Uint8Array(3), width: 2, height: 2, channels: 1 } as const;
  await t.throwsAsync(model.predict([short]), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /Expected 4 values for image 1/,
  });
});

test('a call that does not fit is refused before anything is read', async (t) => {
  const { run, paths } = t.context;
  using model = await loadModel(run.model, { capacity: 14 });
  let read = false;
  const stream = new Readable({
    read() {
      read = true;
      this.push(null);
    },
  });
  const accepted = model.predict(paths);
  await t.throwsAsync(model.predict([stream, stream, stream]), { code: 'ERR_OVERLOADED' });
  t.false(read);
  t.is((await accepted).predictions.length, 12);
  t.like(model.statistics(), { pending: 0, refused: 3, answered: 12 });
  using places = model.admit(13);
  await t.throwsAsync(model.predict(paths.slice(0, 2)), { code: 'ERR_OVERLOADED' });
  t.is((await model.predict(paths.slice(0, 2), { places })).predictions.length, 2);
  t.is(model.statistics().pending, 11);
});

test('an aborted call rejects, gives its places back, and others are answered', async (t) => {
  const { run, paths } = t.context;
  using model = await loadModel(run.model, { workers: 1, maxBatch: 1 });
  await model.warmUp();
  const controller = new AbortController();
  const endless = new Readable({
    read() {
      this.push(Buffer.from('.'));
    },
    highWaterMark: 1,
  });
  const aborted = model.predict([...paths, endless], { signal: controller.signal });
  const other = model.predict(paths);
  await setTimeout(20);
  controller.abort();
  await t.throwsAsync(aborted, { code: 'ABORT_ERR' });
  t.true(endless.destroyed);
  t.is((await other).predictions.length, 12);
  t.is(model.statistics().pending, 0);
  await t.throwsAsync(model.predict(paths, { signal: AbortSignal.abort() }), { code: 'ABORT_ERR' });
});

test.serial('closing answers what was accepted, and leaves nothing behind', async (t) => {
  const { run, paths } = t.context;
  const before = await living();
  const closing = async (): Promise<void> => {
    const model = await loadModel(run.model, { workers: 2 });
    const call = model.predict(paths);
    const closed = model.close();
    await t.throwsAsync(model.predict(paths), { code: 'ERR_DISPOSED' });
    await closed;
    t.is((await call).predictions.length, 12);
    t.throws(() => model.admit(1), { code: 'ERR_DISPOSED' });
  };
  await closing();
  t.deepEqual(await living(), before);
});

test.serial('loading, predicting and disposing leave nothing behind', async (t) => {
  const { run, paths } = t.context;
  const before = await living();
  const use = async (round: number): Promise<void> => {
    using model = await loadModel(run.model, { precision: 'auto' });
    await model.predict(paths.slice(0, 3));
    if (round % 2 === 0) model.inside.randomize(['head'], round);
    await model.predict(paths.slice(0, 1));
  };
  for (let round = 0; round < 10; round += 1) await use(round);
  t.deepEqual(await living(), before);
});

test('a model whose weights were drawn anew answers by them', async (t) => {
  const { run, paths } = t.context;
  using model = await loadModel(run.model);
  const before = await model.predict(paths, { raw: true });
  model.inside.randomize(['head'], 5);
  const after = await model.predict(paths, { raw: true });
  const { channels, height, width } = model.format;
  using blank = Dataset.fromImages(new Uint8Array(channels * height * width), [
    1,
    channels,
    height,
    width,
  ]);
  const { answers } = await model.answer(blank, { raw: true });
  const asked = await model.predictTensor(new Uint8Array(channels * height * width), { raw: true });
  t.true(close(asked.probabilities, answers[0]?.probabilities ?? []));
  t.notDeepEqual(after.predictions, before.predictions);
});

test('auto takes bf16 only where probabilities stay, and says by how much they move', async (t) => {
  const { run, paths } = t.context;
  using exact = await loadModel(run.model);
  using model = await loadModel(run.model, { precision: 'auto' });
  const { predictions } = await model.predict(paths, { raw: true });
  const expected = await exact.predict(paths, { raw: true });
  const { precision, probabilityShift } = model.statistics();
  if (precision === 'fp32') samePredictions(t, predictions, expected.predictions);
  else t.true(probabilityShift !== null && probabilityShift <= 0.01);
  predictions.forEach(({ probabilities }, at) => {
    const [bright = NaN] = expected.predictions[at]?.probabilities ?? [];
    t.true(Math.abs((probabilities[0] ?? NaN) - bright) < 0.02);
  });
});

test.serial('the event loop stays free while images are decoded and computed', async (t) => {
  const { run } = t.context;
  using model = await loadModel(run.model, { capacity: 1000 });
  const { pixels, size } = drawPhantom({ kind: 'normal', size: 1024 });
  const jpeg = await sharp(pixels, { raw: { width: size, height: size, channels: 1 } })
    .jpeg()
    .toBuffer();
  await model.predict([jpeg]);
  let longest = 0;
  const started = performance.now();
  let last = started;
  const beat = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  await model.predict(Array.from({ length: 60 }, () => jpeg));
  clearInterval(beat);
  // A blocked loop would stand still all the time; that others have the cores makes both longer.
  const all = performance.now() - started;
  t.true(longest < all / 2, `${longest} of ${all} ms`);
});

test('no images are no work, and no workers are a mistake', async (t) => {
  const { run, paths } = t.context;
  using model = await loadModel(run.model);
  t.deepEqual(await model.predict([]), { predictions: [], problems: [] });
  t.is(model.statistics().batches, 0);
  await t.throwsAsync(model.predict(paths, { workers: 0 }), { code: 'ERR_INVALID_ARGUMENT' });
});
