/** Raw maps become the maps that OpenCV and pytorch-grad-cam make of them, and what is no evidence stays dark. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { findEvidence } from '../../src/explanation/maps/evidence.js';
import { placeOf } from '../../src/explanation/maps/place.js';
import { readMap, type ReadingContext } from '../../src/explanation/maps/readMap.js';
import { resizeMap } from '../../src/explanation/maps/resize.js';

interface Case {
  name: string;
  height: number;
  width: number;
  layers: { height: number; width: number; values: number[]; resized: number[] }[];
  final: number[];
}

const cases = JSON.parse(
  readFileSync('test/fixtures/explanation/cam_pictures.json', 'utf8'),
) as Case[];

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? NaN))),
    0,
  );
}

const context: ReadingContext = {
  reading: 'positive',
  unit: 'parts of the logit',
  largestLogit: 1,
  height: 8,
  width: 8,
};

const part = (values: readonly number[], width: number) => ({
  layer: 'conv',
  height: values.length / width,
  width,
  values: Float32Array.from(values),
});

for (const { name, height, width, layers, final } of cases) {
  test(`resizing equals OpenCV's: ${name}`, (t) => {
    for (const { values, resized, ...from } of layers) {
      const result = resizeMap(Float32Array.from(values), from, { height, width });
      t.is(result.length, resized.length);
      t.true(largestDifference(result, resized) < 1e-5);
    }
  });

  test(`the map equals pytorch-grad-cam's within 1e-4: ${name}`, (t) => {
    const parts = layers.map(({ values, width: across }) => part(values, across));
    const { map, evidence } = readMap(parts, { ...context, height, width });
    t.true(evidence);
    t.is(map.length, final.length);
    t.true(largestDifference(map, final) < 1e-4);
  });
}

test('the scale says what 0 and 1 of a map were', (t) => {
  const values = [0.5, 1, 2, 4.5, 3, 2, 1, 0.75, 0.5];
  const { map, scale, raw } = readMap([part(values, 3)], { ...context, height: 3, width: 3 });
  t.deepEqual(raw, { minimum: 0.5, maximum: 4.5 });
  const { zero, one } = scale ?? { zero: NaN, one: NaN };
  const back = Array.from(map, (value) => zero + (one - zero) * value);
  t.true(largestDifference(back, values) < 1e-5);
});

const negligibleMaps = {
  'nothing above 0': [-3, -1, -0.5, 0],
  'rounding beside what speaks against the class': [-3, -1, -0.5, 0.002],
  'rounding beside the logit': [0, 1e-5, 2e-5, 1e-5],
  'values that are no numbers': [NaN, NaN, NaN, NaN],
};
for (const [name, values] of Object.entries(negligibleMaps)) {
  test(`no evidence, and a map of zeros: ${name}`, (t) => {
    const { map, evidence, scale } = readMap([part(values, 2)], context);
    t.false(evidence);
    t.is(scale, null);
    t.true(map.every((value) => value === 0));
  });
}

test('small parts of the logit are evidence together, small changes of it are none', (t) => {
  const values = new Float32Array(1000).fill(5e-4);
  t.true(findEvidence(values, { unit: 'parts of the logit', largestLogit: 1 }));
  t.false(findEvidence(values, { unit: 'change of the logit', largestLogit: 1 }));
  t.true(findEvidence(values, { unit: 'activation', largestLogit: 1 }));
});

test('of several layers those without evidence count as zeros', (t) => {
  const found = part([0, 1, 2, 4], 2);
  const rounding = part([1e-6, 0, 0, 0], 2);
  const size = { height: 2, width: 2 };
  const alone = readMap([found], { ...context, ...size });
  const both = readMap([rounding, found], { ...context, ...size });
  t.true(largestDifference(alone.map, both.map) < 1e-6);
  t.is(both.scale, null);
});

test('a signed map keeps its signs and its zero', (t) => {
  const { map, scale, signed } = readMap([part([-2, 0, 1, 4], 2)], {
    ...context,
    reading: 'signed',
    height: 2,
    width: 2,
  });
  t.deepEqual([...map], [-0.5, 0, 0.25, 1]);
  t.deepEqual(scale, { zero: 0, one: 4 });
  t.true(signed);
});

test('a signed map that only speaks against the class is shown, and is no evidence for it', (t) => {
  const signed = { ...context, reading: 'signed', height: 2, width: 2 } as const;
  const { map, evidence } = readMap([part([-2, 0, -1, -4], 2)], signed);
  t.false(evidence);
  t.deepEqual([...map], [-0.5, 0, -0.25, -1]);
});

test('an absolute map forgets signs, its raw extremes do not', (t) => {
  const absolute = { ...context, reading: 'absolute', height: 2, width: 2 } as const;
  const { map, raw, evidence } = readMap([part([-4, 0, 1, 2], 2)], absolute);
  t.deepEqual([...map], [1, 0, 0.25, 0.5]);
  t.deepEqual(raw, { minimum: -4, maximum: 2 });
  t.true(evidence);
});

function image(height: number, width: number) {
  return { pixels: new Uint8Array(height * width), channels: 1, height, width } as const;
}

test('the centroid of one pixel is its center, and a pixel at the edge lies at the border', (t) => {
  const map = new Float32Array(100 * 50);
  map[30 * 50 + 10] = 0.5;
  const place = placeOf({ map, image: image(100, 50) });
  t.deepEqual(place, { centroid: { x: 0.21, y: 0.305 }, border: 0 });
  map[0] = 0.5;
  t.is(placeOf({ map, image: image(100, 50) })?.border, 0.5);
});

test('of an even map the border has its share of the area, and an empty map has no place', (t) => {
  const even = new Float32Array(100 * 100).fill(0.3);
  const border = placeOf({ map: even, image: image(100, 100) })?.border ?? 0;
  t.true(Math.abs(border - (1 - 0.84 ** 2)) < 1e-6);
  t.is(placeOf({ map: even.fill(0), image: image(100, 100) }), null);
});
