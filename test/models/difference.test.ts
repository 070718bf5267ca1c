/** The first difference is found wherever it is, and named by its place. */
import test from 'ava';
import { firstDifference } from '../../src/models/index.js';

const cases: [before: unknown, now: unknown, difference: string | undefined][] = [
  [{ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }, undefined],
  [{ layers: [{ rate: 0.5 }] }, { layers: [{ rate: 0.25 }] }, 'layers[0].rate: 0.5, now 0.25'],
  [{ layers: [1] }, { layers: [1, 2] }, 'layers[1]: nothing, now 2'],
  [{ a: { b: 'x' } }, { a: {} }, 'a.b: "x", now nothing'],
  [{ a: [1] }, { a: { 0: 1 } }, 'a: [1], now {"0":1}'],
  [{ a: null }, { a: {} }, 'a: null, now {}'],
];

for (const [before, now, difference] of cases) {
  test(`${JSON.stringify(before)} and ${JSON.stringify(now)}`, (t) => {
    t.is(firstDifference(before, now), difference);
  });
}
