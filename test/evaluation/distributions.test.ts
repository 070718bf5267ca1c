/** Normal, t, Wilson and McNemar values equal SciPy's and statsmodels'. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { mcnemarTest, rateEstimate, wilsonInterval } from '../../src/evaluation/index.js';
import { normalCdf, normalQuantile, normalTail } from '../../src/evaluation/intervals/normal.js';
import { t95 } from '../../src/evaluation/intervals/studentT.js';

interface Oracle {
  wilson: { hits: number; count: number; low: number; high: number }[];
  mcnemar: {
    onlyA: number;
    onlyB: number;
    exact: number;
    midP: number;
    chiSquare: number | null;
    chiSquareP: number | null;
  }[];
  normal: { z: number; tail: number }[];
  normalQuantiles: { p: number; z: number }[];
  t95: { freedom: number; t: number }[];
}

const file = join(__dirname, '../../../test/fixtures/evaluation/intervals.json');
const oracle = JSON.parse(readFileSync(file, 'utf8')) as Oracle;

function near(actual: number, expected: number, tolerance = 1e-12): boolean {
  return Math.abs(actual - expected) <= tolerance * Math.max(1e-300, Math.abs(expected));
}

test("Wilson's interval equals statsmodels'", (t) => {
  for (const { hits, count, low, high } of oracle.wilson) {
    const [ourLow, ourHigh] = wilsonInterval(hits / count, count);
    t.true(Math.abs(ourLow - low) < 1e-12 && Math.abs(ourHigh - high) < 1e-12, `${hits}/${count}`);
    const value = hits / count;
    t.deepEqual(rateEstimate(hits, count), { value, low: ourLow, high: ourHigh, method: 'wilson' });
  }
  t.is(rateEstimate(0, 0), null);
});

test("McNemar's exact, mid-p and chi-square tests equal statsmodels' and SciPy's", (t) => {
  for (const expected of oracle.mcnemar) {
    const { onlyA, onlyB, exact, midP, chiSquare } = mcnemarTest(expected.onlyA, expected.onlyB);
    const pair = `${onlyA}, ${onlyB}`;
    t.true(near(exact, expected.exact, 1e-10), pair);
    t.true(near(midP, expected.midP, 1e-10), pair);
    if (chiSquare === null || expected.chiSquare === null || expected.chiSquareP === null) {
      t.is(chiSquare, expected.chiSquare as null);
    } else {
      t.true(near(chiSquare.statistic, expected.chiSquare), pair);
      t.true(near(chiSquare.pValue, expected.chiSquareP, 1e-10), pair);
    }
  }
});

test("McNemar's test does not mind which model is A", (t) => {
  t.is(mcnemarTest(3, 9).exact, mcnemarTest(9, 3).exact);
  t.is(mcnemarTest(3, 9).midP, mcnemarTest(9, 3).midP);
});

test("the normal distribution's tails keep their digits, and its quantiles undo it", (t) => {
  for (const { z, tail } of oracle.normal) {
    t.true(near(normalTail(z), tail, 1e-12), String(z));
    t.true(near(normalCdf(-z), tail, 1e-12), String(z));
  }
  for (const { p, z } of oracle.normalQuantiles) {
    t.true(Math.abs(normalQuantile(p) - z) < 1e-12, String(p));
  }
});

test("Student's t quantile equals SciPy's", (t) => {
  for (const { freedom, t: expected } of oracle.t95) {
    t.true(near(t95(freedom), expected, 1e-10), String(freedom));
  }
});
