/** Repairs are part of the format: of packed files and their keys, of what is refused, of every way to decode. */
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { decodeImage } from '../../src/data/decode.js';
import { listingKey } from '../../src/data/fingerprint.js';
import {
  drawPhantom,
  formatRepairs,
  openData,
  openPacked,
  packDataset,
  type ImageFormat,
  type Repair,
} from '../../src/data/index.js';
import { Dataset } from '../../src/native/index.js';
import { makeFolder } from './folder.js';
import { makeSource, small } from './packing.js';

const invert: Repair = { kind: 'invert' };
const window: Repair = { kind: 'window', lower: 1, upper: 99 };

test('caches never mix: kind, parameters and order of repairs are in the key', async (t) => {
  const source = await makeSource(t, 2);
  const all: (readonly Repair[] | undefined)[] = [
    undefined,
    [invert],
    [invert, invert],
    [window],
    [{ ...window, upper: 98 }],
    [window, invert],
    [invert, window],
    [{ kind: 'cropBorder', tolerance: 4 }],
    [{ kind: 'cropBorder', tolerance: 5 }],
    [{ kind: 'clahe', tiles: 8, clipLimit: 2 }],
    [{ kind: 'clahe', tiles: 8, clipLimit: 3 }],
    [{ kind: 'matchHistogram', quantiles: [0, 255] }],
    [{ kind: 'matchHistogram', quantiles: [0, 254] }],
  ];
  const keys = all.map((repairs) =>
    listingKey(source, { ...small, ...(repairs && { repairs }) }, 1000),
  );
  t.is(new Set(keys).size, all.length);
  t.is(listingKey(source, { ...small, repairs: [] }, 1000), keys[0] ?? '');
});

test('a packed file holds repaired images and says so', async (t) => {
  const source = await makeSource(t, 3);
  const cacheDir = await makeFolder(t, {});
  const format: ImageFormat = { ...small, repairs: [window, invert] };
  const { path, dataset, index } = await packDataset(source, format, { cacheDir });
  t.deepEqual(index.format, format);
  t.deepEqual((await openPacked(path)).index.format, format);
  for (const [at, sample] of source.samples.entries()) {
    t.deepEqual(Buffer.from(dataset.read(at)), await decodeImage(sample.path, format));
  }
  const unrepaired = await decodeImage(source.samples[0]?.path ?? '', small);
  t.notDeepEqual(Buffer.from(dataset.read(0)), unrepaired);
  t.true((await packDataset(source, format, { cacheDir })).fromCache);
});

test('a packed file with other repairs is refused, and the message says which', async (t) => {
  const source = await makeSource(t, 2);
  const output = join(await makeFolder(t, {}), 'packed.safetensors');
  const lower: Repair = { kind: 'matchHistogram', quantiles: [0, 100] };
  const higher: Repair = { kind: 'matchHistogram', quantiles: [0, 200] };
  await packDataset(source, { ...small, repairs: [lower] }, { output });
  await t.notThrowsAsync(openData(output, { ...small, repairs: [lower] }));
  for (const repairs of [[], [invert], [higher]]) {
    await t.throwsAsync(openData(output, { ...small, repairs }), {
      code: 'ERR_MODEL_MISMATCH',
      message: /packed as .*histogram matched to 2 quantiles.*pack it again/,
    });
  }
});

test('damaged repairs in a packed file are named', async (t) => {
  const source = await makeSource(t, 2);
  const folder = await makeFolder(t, {});
  const { dataset, path } = await packDataset(source, small, { cacheDir: folder });
  const { metadata } = await Dataset.open(path);
  const column = Int32Array.of(0, 0);
  for (const repairs of ['{}', '[{"kind":"sharpen"}]', '[{"kind":"cropBorder"}]', '[null]']) {
    const wrong = join(folder, 'wrong.safetensors');
    const format = `{"channels":1,"height":12,"width":10,"fit":"fill","repairs":${repairs}}`;
    await dataset.save(wrong, {
      metadata: { ...metadata, format },
      columns: { label: column, group: column, split: column },
    });
    const expected = { code: 'ERR_INVALID_FILE', message: /format\.repairs/ } as const;
    await t.throwsAsync(openPacked(wrong), expected, repairs);
  }
});

const wrongRepairs: [string, RegExp, Repair][] = [
  ['a negative tolerance', /repairs\.0\.tolerance/, { kind: 'cropBorder', tolerance: -1 }],
  ['a window from high to low', /lower must be below/, { kind: 'window', lower: 9, upper: 1 }],
  ['no tiles', /repairs\.0\.tiles/, { kind: 'clahe', tiles: 0, clipLimit: 2 }],
  ['a limit that is no number', /clipLimit/, { kind: 'clahe', tiles: 8, clipLimit: NaN }],
  ['one quantile', /repairs\.0\.quantiles/, { kind: 'matchHistogram', quantiles: [5] }],
  ['falling quantiles', /must not fall/, { kind: 'matchHistogram', quantiles: [5, 4] }],
];
for (const [name, message, repair] of wrongRepairs) {
  test(`refused before any file is read: ${name}`, async (t) => {
    const format = { ...small, repairs: [repair] };
    await t.throwsAsync(decodeImage('no such file', format), {
      code: 'ERR_INVALID_ARGUMENT',
      message,
    });
  });
}

test('a gray image in three channels is repaired as in one', async (t) => {
  const { pixels, size } = drawPhantom({ kind: 'viral', size: 80 });
  const png = await sharp(pixels, { raw: { height: size, width: size, channels: 1 } })
    .png()
    .toBuffer();
  const repairs: Repair[] = [
    { kind: 'cropBorder', tolerance: 8 },
    window,
    { kind: 'clahe', tiles: 4, clipLimit: 3 },
    { kind: 'matchHistogram', quantiles: [0, 90, 255] },
    invert,
  ];
  const format: ImageFormat = { channels: 1, height: 40, width: 30, fit: 'cover', repairs };
  const one = await decodeImage(png, format);
  t.deepEqual(await decodeImage(png, { ...format, channels: 3 }), Buffer.concat([one, one, one]));
});

test('color survives: each channel takes the way of the luminance', async (t) => {
  const pixels = Uint8Array.of(200, 100, 50, 20, 30, 40, 90, 90, 90, 0, 250, 10);
  const png = await sharp(pixels, { raw: { height: 2, width: 2, channels: 3 } })
    .png()
    .toBuffer();
  const format: ImageFormat = { channels: 3, height: 2, width: 2, fit: 'fill', repairs: [invert] };
  const planes = [0, 1, 2].flatMap((channel) =>
    [...pixels].filter((_, at) => at % 3 === channel).map((level) => 255 - level),
  );
  t.deepEqual([...(await decodeImage(png, format))], planes);
});

test('a huge image is halved before it is repaired, and looks the same', async (t) => {
  const { pixels, size } = drawPhantom({ kind: 'normal', size: 256 });
  const raw = { height: size, width: size, channels: 1 } as const;
  const file = async (side: number) =>
    sharp(pixels, { raw }).resize(side, side, { fit: 'fill' }).jpeg({ quality: 95 }).toBuffer();
  const repairs: Repair[] = [{ kind: 'clahe', tiles: 8, clipLimit: 2 }, window];
  const format: ImageFormat = { channels: 1, height: 64, width: 64, fit: 'fill', repairs };
  const [huge, own] = [
    await decodeImage(await file(4096), format),
    await decodeImage(await file(1024), format),
  ];
  const distance = huge.reduce((sum, level, at) => sum + Math.abs(level - (own[at] ?? NaN)), 0);
  t.true(distance / huge.length < 2, `${distance / huge.length} levels apart on average`);
});

test('padding stays black whatever becomes of the image', async (t) => {
  const white = await sharp(Buffer.alloc(20 * 10), { raw: { height: 10, width: 20, channels: 1 } })
    .png()
    .toBuffer();
  const format: ImageFormat = {
    ...{ channels: 1, height: 20, width: 20, fit: 'contain' },
    repairs: [invert],
  };
  const pixels = await decodeImage(white, format);
  t.is(pixels[0], 0);
  t.is(pixels[10 * 20], 255);
});

test('repairs are told in words', (t) => {
  t.is(formatRepairs([]), 'none');
  t.is(
    formatRepairs([{ kind: 'cropBorder', tolerance: 8 }, window, invert]),
    'border cropped (tolerance 8), windowed from percentile 1 to 99, inverted',
  );
});
