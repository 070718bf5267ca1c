/** DeLong's variance, by way of the interval, and paired test equal those of R's pROC. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import {
  aurocDifference,
  aurocEstimate,
  rocCurve,
  wilsonInterval,
} from '../../src/evaluation/index.js';

interface Case {
  name: string;
  truth: number[];
  a: number[];
  b: number[];
  area: number;
  low: number;
  high: number;
  difference: number;
  differenceLow: number;
  differenceHigh: number;
  z: number;
  pValue: number;
}

const file = join(__dirname, '../../../test/fixtures/evaluation/delong.json');
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };

for (const expected of cases) {
  const truth = expected.truth.map((label) => label === 1);
  const near = (actual: number | undefined, value: number): boolean =>
    Math.abs((actual ?? NaN) - value) < 1e-12;

  test(`the interval is that of pROC's variance: ${expected.name}`, (t) => {
    const estimate = aurocEstimate(expected.a, truth);
    t.is(estimate?.method, 'delong');
    t.true(near(estimate?.value, expected.area));
    t.true(near(estimate?.low, expected.low));
    t.true(near(estimate?.high, expected.high));
  });

  test(`the paired test equals pROC's: ${expected.name}`, (t) => {
    const compared = aurocDifference(expected.a, expected.b, truth);
    t.true(near(compared?.difference, expected.difference));
    t.true(near(compared?.low, expected.differenceLow));
    t.true(near(compared?.high, expected.differenceHigh));
    t.true(Math.abs((compared?.z ?? NaN) - expected.z) < 1e-9);
    t.true(near(compared?.pValue, expected.pValue));
  });

  test(`the area is that of the ROC curve: ${expected.name}`, (t) => {
    t.true(near(aurocEstimate(expected.a, truth)?.value, rocCurve(expected.a, truth)?.area ?? NaN));
  });
}

test('a model compared with itself, or with one that ranks alike, has no difference', (t) => {
  const scores = [0.1, 0.4, 0.35, 0.8, 0.5];
  const truth = [false, true, false, true, false];
  const squares = scores.map((score) => score ** 2);
  t.like(aurocDifference(scores, squares, truth), { difference: 0, z: 0, pValue: 1 });
});

test("where every pair is in order DeLong knows no error, and Wilson's interval stands in", (t) => {
  const truth = [true, true, true, false, false, false, false];
  const [low, high] = wilsonInterval(1, 3);
  t.deepEqual(aurocEstimate([9, 8, 7, 3, 2, 1, 0], truth), {
    value: 1,
    low,
    high,
    method: 'wilson',
  });
});

test('one image of a class leaves a wide interval, none leaves nothing', (t) => {
  const single = aurocEstimate([3, 1, 2, 4], [true, false, false, false]);
  t.is(single?.method, 'wilson');
  t.true((single?.high ?? 0) - (single?.low ?? 1) > 0.7);
  t.is(aurocEstimate([1, 2], [true, true]), null);
  t.is(aurocDifference([1, 2], [2, 1], [true, true]), null);
});
