/** Trustworthiness is scikit-learn's. */
import test from 'ava';
import { trustworthiness } from '../../src/embedding/projection/trustworthiness.js';
import { fixture } from './support.js';

interface Case {
  rows: number[];
  points: number[];
  k: number;
  trustworthiness: number;
}

const { cases } = fixture('trustworthiness') as { cases: Case[] };

for (const { rows, points, k, trustworthiness: expected } of cases) {
  test(`of ${points.length / 2} points with ${k} neighbors it is scikit-learn's`, (t) => {
    const found = trustworthiness(Float32Array.from(rows), Float64Array.from(points), k);
    t.true(Math.abs((found ?? 0) - expected) < 1e-6, `${found} ${expected}`);
  });
}

test('it is 1 where the map is the vectors, and null where half the points are neighbors', (t) => {
  const vectors = Float32Array.of(0, 0, 1, 0, 0, 2, 5, 5, 7, 5, 9, 9, 20, 1);
  t.is(trustworthiness(vectors, Float64Array.from(vectors), 3), 1);
  t.is(trustworthiness(vectors, Float64Array.from(vectors), 4), null);
});
