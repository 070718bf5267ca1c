/** LIME's linear model against the lime package, on the same masks and answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { drawMasks } from '../../src/explanation/lime/masks.js';
import { fitSurrogate } from '../../src/explanation/lime/surrogate.js';
import { packageRoot } from '../../src/native/index.js';

interface Case {
  features: number;
  superpixels: number;
  masks: string[];
  answers: number[];
  intercept: number;
  weights: [superpixel: number, weight: number][];
  score: number;
  localPrediction: number;
}

const { cases } = JSON.parse(
  readFileSync(join(packageRoot, 'test/fixtures/explanation/lime.json'), 'utf8'),
) as { cases: Case[] };

for (const expected of cases) {
  const { features, superpixels, answers } = expected;
  test(`of ${superpixels} superpixels at most ${features}: ranking, weights and R² are lime's`, (t) => {
    const masks = Uint8Array.from(expected.masks.flatMap((row) => Array.from(row, Number)));
    const found = fitSurrogate(
      { masks, superpixels, answers: Float64Array.from(answers) },
      features,
    );
    t.deepEqual(
      found.weights.map(({ superpixel }) => superpixel),
      expected.weights.map(([superpixel]) => superpixel),
    );
    found.weights.forEach(({ weight }, rank) => {
      t.true(Math.abs(weight - (expected.weights[rank]?.[1] ?? NaN)) < 1e-9);
    });
    t.true(Math.abs(found.intercept - expected.intercept) < 1e-9);
    t.true(Math.abs((found.score ?? NaN) - expected.score) < 1e-9);
    t.true(Math.abs(found.localPrediction - expected.localPrediction) < 1e-9);
  });
}

test('a network that always answers the same gives no weight and no score', (t) => {
  const masks = drawMasks(100, 5, 1);
  const found = fitSurrogate(
    { masks, superpixels: 5, answers: new Float64Array(100).fill(0.3) },
    3,
  );
  t.is(found.score, null);
  t.true(found.weights.every(({ weight }) => Math.abs(weight) < 1e-12));
  t.true(Math.abs(found.localPrediction - 0.3) < 1e-12);
});

test('superpixels that are always shown together share their weight', (t) => {
  const masks = drawMasks(200, 4, 3).map((shown, at, all) =>
    at % 4 === 1 ? (all[at - 1] ?? 0) : shown,
  );
  const answers = Float64Array.from({ length: 200 }, (_, row) => masks[row * 4] ?? 0);
  const found = fitSurrogate({ masks, superpixels: 4, answers }, 4);
  const [first, second] = found.weights;
  t.deepEqual([first?.superpixel, second?.superpixel].sort(), [0, 1]);
  t.true(Math.abs((first?.weight ?? 0) - (second?.weight ?? 1)) < 1e-9);
});

test('masks show all first, then half, the same for a seed', (t) => {
  const masks = drawMasks(1000, 30, 7);
  t.true(masks.subarray(0, 30).every((shown) => shown === 1));
  const share = masks.subarray(30).reduce((sum, shown) => sum + shown, 0) / (999 * 30);
  // Three standard errors of 29,970 fair coins.
  t.true(Math.abs(share - 0.5) < 0.0087, String(share));
  t.deepEqual(drawMasks(1000, 30, 7), masks);
  t.notDeepEqual(drawMasks(1000, 30, 8), masks);
});
