/** A folder of images becomes a folder of pictures, a table and a gallery, and nothing is passed over. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import sharp from 'sharp';
import { parseCsv } from '../../src/data/index.js';
import { explain } from '../../src/explanation/index.js';
import { drawImage, inRegion, writeRegionModel } from './handMade.js';

const test = anyTest as TestFn<{ folder: string; model: string; images: string }>;

test.before(async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'roentgen-explain-'));
  const images = join(folder, 'images');
  await mkdir(join(images, 'more'), { recursive: true });
  await writeFile(
    join(images, 'bright, one.png'),
    await drawImage((x, y) => (inRegion(x, y) ? 200 : 40)),
  );
  await writeFile(join(images, 'dark.png'), await drawImage(() => 0));
  await writeFile(join(images, 'more', 'dark.png'), await drawImage(() => 10));
  t.context = { folder, images, model: await writeRegionModel(folder) };
});
test.after.always(async (t) => {
  await rm(t.context.folder, { recursive: true, force: true });
});

function readTable(folder: string): Record<string, string>[] {
  const text = readFileSync(join(folder, 'explanations.csv'), 'utf8');
  const [header, ...rows] = parseCsv(text, 'explanations.csv');
  return rows.map(({ cells }) =>
    Object.fromEntries((header?.cells ?? []).map((name, at) => [name, cells[at] ?? ''])),
  );
}

test('the table has a row for each image and method, with the files of its pictures', async (t) => {
  const { folder, model, images } = t.context;
  const output = join(folder, 'whole');
  const method = ['hiResCam', 'occlusion'] as const;
  const result = await explain({ model, images: [images], method: [...method], output, window: 4 });
  t.is(result.folder, output);
  t.deepEqual(result.problems, []);
  const table = readTable(output);
  t.deepEqual(
    table.map((row) => [row['filename'], row['method'], row['prediction'], row['layers']]),
    [
      ['bright, one.png', 'hiResCam', 'BRIGHT', 'conv'],
      ['bright, one.png', 'occlusion', 'BRIGHT', ''],
      ['dark.png', 'hiResCam', 'DARK', 'conv'],
      ['dark.png', 'occlusion', 'DARK', ''],
      ['more/dark.png', 'hiResCam', 'DARK', 'conv'],
      ['more/dark.png', 'occlusion', 'DARK', ''],
    ],
  );
  t.like(table[0], { target: 'BRIGHT', evidence: 'yes', completeness_error: '', abstain: '' });
  // The middle of the region.
  t.true(Math.abs(Number(table[0]?.['centroid_x']) - 12 / 32) < 1e-6);
  t.true(Math.abs(Number(table[0]?.['centroid_y']) - 20 / 32) < 1e-6);
  t.is(table[0]?.['border_share'], '0');
  t.like(table[2], { evidence: 'no', centroid_x: '', border_share: '' });
  for (const row of table) {
    for (const picture of ['heatmap', 'overlay', 'figure']) {
      const metadata = await sharp(join(output, row[picture] ?? '')).metadata();
      t.is(metadata.format, 'png', row[picture]);
    }
  }
  const files = new Set(table.flatMap((row) => [row['heatmap'], row['overlay'], row['figure']]));
  t.is(files.size, 3 * table.length, 'no picture overwrites another');
});

test('pictures are drawn as far as they are asked for, and never over earlier ones', async (t) => {
  const { folder, model, images } = t.context;
  const output = join(folder, 'twice');
  const [first, second] = [
    await explain({ model, images: [images], output, pictures: 'none' }),
    await explain({ model, images: [images], output, pictures: 'overlays' }),
  ];
  t.is(first.folder, output);
  t.deepEqual(await readdir(output), ['explanations.csv']);
  t.is(second.folder, `${output}-1`);
  const written = (await readdir(second.folder)).sort();
  t.deepEqual(written, ['explanations.csv', 'gallery.html', 'images', 'overlays']);
  t.like(readTable(second.folder)[0], { heatmap: '', figure: '' });
});

test('activation maps come as one sheet per image and one of channels per convolution', async (t) => {
  const { folder, model, images } = t.context;
  const output = join(folder, 'activations');
  const { rows } = await explain({ model, images: [images], method: ['activations'], output });
  t.is(rows.length, 3);
  t.like(rows[0], { method: 'activations', layers: ['conv'], target: null });
  t.is((await readdir(join(output, 'channels'))).length, 3);
  t.is((await readdir(join(output, 'figures'))).length, 3);
  t.regex(readFileSync(join(output, 'gallery.html'), 'utf8'), /Activation maps of dark\.png/);
});

test('what cannot be read is told in the result and in the gallery', async (t) => {
  const { folder, model } = t.context;
  const images = join(folder, 'broken');
  await mkdir(images);
  await writeFile(join(images, 'broken.png'), 'no image');
  const alone = await explain({ model, images: [images], output: join(folder, 'none') });
  t.deepEqual(alone.rows, []);
  await writeFile(join(images, 'good.png'), await drawImage(() => 0));
  const both = await explain({ model, images: [images], output: join(folder, 'one') });
  t.is(both.rows.length, 1);
  for (const { problems, folder: output } of [alone, both]) {
    t.like(problems, [{ file: 'broken.png', code: 'ERR_UNREADABLE_IMAGE' }]);
    t.regex(readFileSync(join(output, 'gallery.html'), 'utf8'), /broken\.png<\/code>/);
  }
});

test('wrong settings leave no folder behind', async (t) => {
  const { folder, model, images } = t.context;
  const output = join(folder, 'never');
  for (const settings of [{ layer: ['nowhere'] }, { target: 'NOBODY' }, { opacity: 2 }]) {
    await t.throwsAsync(explain({ model, images: [images], output, ...settings }), {
      code: 'ERR_INVALID_ARGUMENT',
    });
  }
  t.false(existsSync(output));
});

test('a frozen export is refused with what to take instead', async (t) => {
  await t.throwsAsync(explain({ model: 'net.onnx', images: [t.context.images] }), {
    code: 'ERR_UNSUPPORTED',
    message: /net\.onnx .* explain the \.safetensors model/,
  });
});

test('progress counts the images, and an abort stops the work', async (t) => {
  const { folder, model, images } = t.context;
  const seen: number[] = [];
  const options = { model, images: [images], batchSize: 1, pictures: 'none' as const };
  await explain(
    { ...options, output: join(folder, 'progress') },
    { onProgress: ({ done, total }) => seen.push(done, total) },
  );
  t.deepEqual(seen, [1, 3, 2, 3, 3, 3]);
  const stop = new AbortController();
  const aborted = explain(
    { ...options, output: join(folder, 'aborted') },
    { signal: stop.signal, onProgress: () => stop.abort() },
  );
  await t.throwsAsync(aborted, { code: 'ABORT_ERR' });
});
