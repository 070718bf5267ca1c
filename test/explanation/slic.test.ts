/** SLIC superpixels against scikit-image, and at its edges. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { drawPhantom, type PhantomKind } from '../../src/data/index.js';
import { slic } from '../../src/explanation/slic/slic.js';
import { packageRoot } from '../../src/native/index.js';

interface Case {
  phantom: { kind: PhantomKind; size: number; seed: number; patient: number; image: number };
  rows: number;
  colored: boolean;
  options: { n_segments: number; compactness?: number; sigma?: number };
  runs: number[];
}

const { cases } = JSON.parse(
  readFileSync(join(packageRoot, 'test/fixtures/explanation/superpixels.json'), 'utf8'),
) as { cases: Case[] };

/** The first rows of a phantom; in colors, two planes made of it stand behind. */
function imageOf({ phantom, rows, colored }: Case): Uint8Array {
  const { size } = phantom;
  const gray = drawPhantom(phantom).pixels.slice(0, rows * size);
  if (!colored) return gray;
  const lighter = gray.map((value) => 255 - Math.floor(value / 2));
  const moved = gray.map((_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return gray[row * size + ((column - 5 + size) % size)] ?? 0;
  });
  return Uint8Array.of(...gray, ...lighter, ...moved);
}

for (const given of cases) {
  const { phantom, rows, options } = given;
  test(`superpixels of ${JSON.stringify([phantom.kind, rows, options])} are scikit-image's`, (t) => {
    const { n_segments: segments, ...rest } = options;
    const size = { height: rows, width: phantom.size };
    const { labels, count } = slic(imageOf(given), size, { segments, ...rest });
    const expected: number[] = [];
    for (let at = 0; at < given.runs.length; at += 2) {
      const [label = 0, length = 0] = given.runs.slice(at, at + 2);
      for (let pixel = 0; pixel < length; pixel += 1) expected.push(label);
    }
    t.deepEqual(Array.from(labels), expected);
    t.is(count, Math.max(...expected) + 1);
  });
}

test('a constant image falls into rectangles', (t) => {
  const size = { height: 16, width: 16 };
  const { labels, count } = slic(new Uint8Array(256).fill(90), size, { segments: 4 });
  t.is(count, 4);
  for (let label = 0; label < count; label += 1) {
    const pixels = Array.from(labels.keys()).filter((at) => labels[at] === label);
    const rows = new Set(pixels.map((at) => Math.floor(at / 16)));
    const columns = new Set(pixels.map((at) => at % 16));
    t.is(pixels.length, rows.size * columns.size);
    t.true(rows.size >= 7 && columns.size >= 7);
  }
});

test('an image of one pixel is one superpixel', (t) => {
  t.deepEqual(slic(Uint8Array.of(7), { height: 1, width: 1 }), {
    labels: Int32Array.of(0),
    count: 1,
  });
});

for (const [option, value] of [
  ['segments', 0],
  ['segments', 2.5],
  ['compactness', 0],
  ['compactness', NaN],
  ['sigma', -1],
] as const) {
  test(`${option}: ${value} is refused by name`, (t) => {
    const error = t.throws(() =>
      slic(new Uint8Array(16), { height: 4, width: 4 }, { [option]: value }),
    );
    t.like(error, { code: 'ERR_INVALID_ARGUMENT' });
    t.true(error.message.includes(option));
  });
}
