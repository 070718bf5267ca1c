/** What cannot be compared is refused with the reason and what would help; figures of single images are as they should. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { mapClasses } from '../../src/data/index.js';
import { pixelFigures } from '../../src/shift/imageFigures.js';
import { measureShift, repairShift } from '../../src/shift/index.js';
import { roentgen } from '../cli/program.js';
import { trainQuickly, writeImages } from '../inference/images.js';

const test = anyTest as TestFn<{ root: string; run: string }>;

test.before(async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'roentgen-shift-'));
  t.context = { root, run: '' };
  t.context.run = (await trainQuickly(root)).runDirectory;
  await writeImages(join(root, 'elsewhere', 'LIGHT'), 15, 160, 7);
  await writeImages(join(root, 'elsewhere', 'DIM'), 15, 40, 8);
  await writeImages(join(root, 'few', 'BRIGHT'), 19, 150, 9);
  await writeImages(join(root, 'alone', 'BRIGHT'), 30, 150, 10);
});
test.after.always(async (t) => {
  await rm(t.context.root, { recursive: true, force: true });
});

test('fewer than twenty images are too few', async (t) => {
  const { root } = t.context;
  await t.throwsAsync(
    measureShift({
      source: join(root, 'data'),
      target: join(root, 'few'),
      cacheDir: join(root, 'cache'),
    }),
    { code: 'ERR_EMPTY_DATASET', message: /few has 19 images .* it takes 20/ },
  );
});

test('classes without a counterpart need a map or no labels at all', async (t) => {
  const { root, run: model } = t.context;
  const cacheDir = join(root, 'cache');
  const options = { source: join(root, 'data'), target: join(root, 'elsewhere'), model, cacheDir };
  await t.throwsAsync(measureShift(options), {
    code: 'ERR_UNKNOWN_CLASS',
    message: /classes DIM, LIGHT, and the model BRIGHT, DARK: none in common.*--map.*--unlabeled/,
  });
  await t.throwsAsync(
    measureShift({ ...options, map: ['LIGHT=BRIGHT'] }),
    { message: /has 15 images/ },
    'those of DIM are left out',
  );
  const report = await measureShift({ ...options, map: ['LIGHT=BRIGHT', 'DIM=DARK'] });
  t.is(report.targetImages, 30);
  const unlabeled = await measureShift({ ...options, unlabeled: true });
  t.deepEqual(unlabeled.figures, report.figures);
});

test('a map names classes that there are', (t) => {
  const source = {
    root: 'there',
    kind: 'folders',
    classes: ['COVID'],
    samples: [],
    problems: [],
  } as const;
  const mapping = (entry: string) => () =>
    mapClasses({ ...source, classes: ['COVID'], samples: [], problems: [] }, ['SICK'], [entry]);
  t.throws(mapping('COVID'), { code: 'ERR_INVALID_ARGUMENT', message: /THEIRS=OURS for map/ });
  t.throws(mapping('COVD=SICK'), { message: /a class of the target \(COVID\) before =/ });
  t.throws(mapping('COVID=WELL'), { message: /a class of the model \(SICK\) behind =/ });
});

test('a source of one class says nothing of a model', async (t) => {
  const { root, run: model } = t.context;
  const alone = join(root, 'alone');
  const options = { source: alone, target: alone, cacheDir: join(root, 'cache') };
  await t.throwsAsync(measureShift({ ...options, model }), {
    code: 'ERR_SINGLE_CLASS',
    message: /all of one class/,
  });
  const { grade, embedding, notes } = await measureShift(options);
  t.is(grade, 'none', 'files and pixels need no classes');
  t.is(embedding, null);
  t.regex(notes.join(' '), /Without a model only files and pixels/);
});

test('a new model needs a place, and options their ranges', async (t) => {
  const { root, run } = t.context;
  const data = join(root, 'data');
  const file = join(run, 'model_best.safetensors');
  const options = { source: data, target: data, model: file, cacheDir: join(root, 'cache') };
  await t.throwsAsync(repairShift(options), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /a folder for the new model for output/,
  });
  await t.throwsAsync(measureShift({ ...options, images: 19 }), {
    message: /from 20 to 5000 for images/,
  });
  await t.throwsAsync(measureShift({ ...options, layer: 'embeding' }), {
    message: /no layer "embeding"; did you mean embedding\?/,
  });
});

test('the command line prints a table, or JSON, and wants a model to repair', async (t) => {
  const { root, run } = t.context;
  const refused = await roentgen(root, 'shift', 'data', 'elsewhere', '--repair');
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /a model to repair for --model/);
  const flags = ['--model', run, '--unlabeled'];
  const shown = await roentgen(root, 'shift', 'data', 'elsewhere', ...flags);
  t.is(shown.exitCode, 0, shown.stderr);
  t.regex(shown.stdout, /^ +source +target +KS +halves +p +PSI +shift$/m);
  t.regex(shown.stderr, /not a medical device/i);
  const json = await roentgen(root, 'shift', 'data', 'elsewhere', '--json');
  t.like(JSON.parse(json.stdout), { model: null, targetImages: 30, output: null });
});

test('the figures of an image: half black and half white, in a frame', (t) => {
  const [height, width] = [12, 20];
  const pixels = Uint8Array.from({ length: height * width }, (_, at) => {
    const [y, x] = [Math.floor(at / width), at % width];
    const framed = y < 2 || y >= height - 2;
    return framed ? 0 : x < width / 2 ? 255 : 100;
  });
  const figures = pixelFigures(pixels, { channels: 1, height, width });
  t.true(Math.abs(figures.border - 4 / 12) < 1e-9);
  t.is(figures.blackShare, 4 / 12);
  t.is(figures.whiteShare, 4 / 12);
  t.true(Math.abs(figures.mean - (255 + 100) / 3) < 1e-6);
  t.deepEqual([figures.dark, figures.median, figures.bright], [0, 100, 255]);
  const flat = pixelFigures(new Uint8Array(9).fill(7), { channels: 1, height: 3, width: 3 });
  t.like(flat, { sharpness: 0, gradient: 0, contrast: 0, border: 0 });
});
