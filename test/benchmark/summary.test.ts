/** Figures of several processes, against NumPy's; ratios between sides. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { rowsOf } from '../../src/benchmark/rows.js';
import { ratioOf, summarize } from '../../src/benchmark/summary.js';
import { made, measured } from './support.js';

interface Fixture {
  batchSize: number;
  rounds: number[][];
  theirs: number[][];
  samplesPerSecond: number;
  quartiles: number[];
  mean: number;
  median: number;
  p95: number;
  ratio: number;
}
const fixture = JSON.parse(readFileSync('test/fixtures/benchmark/summary.json', 'utf8')) as Fixture;

test("rates, quartiles, step times and ratio are NumPy's", (t) => {
  const near = (actual: number, expected: number): void => {
    t.true(Math.abs(actual / expected - 1) < 1e-12, `${actual} is not ${expected}`);
  };
  const { batchSize, rounds, theirs } = fixture;
  const summarized = (steps: number[][]) =>
    summarize(
      steps.map((each) => measured(each)),
      batchSize,
    );
  const figures = summarized(rounds);
  near(figures.samplesPerSecond, fixture.samplesPerSecond);
  near(figures.quartiles[0], fixture.quartiles[0] ?? NaN);
  near(figures.quartiles[1], fixture.quartiles[1] ?? NaN);
  near(figures.stepMs.mean, fixture.mean);
  near(figures.stepMs.median, fixture.median);
  near(figures.stepMs.p95, fixture.p95);
  near(ratioOf(figures, summarized(theirs)), fixture.ratio);
  t.is(figures.steps, rounds.flat().length);
});

test('ten steps of 20 ms with 8 images are 400 images per second', (t) => {
  const figures = summarize([measured(Array<number>(10).fill(20))], 8);
  t.is(figures.samplesPerSecond, 400);
  t.deepEqual(figures.quartiles, [400, 400]);
  t.deepEqual(figures.stepMs, { mean: 20, median: 20, p95: 20 });
});

test('memory is the largest of the processes, the time to the first result their median', (t) => {
  const processes = [
    measured([1], { peakMegabytes: 100, firstResultSeconds: 9 }),
    measured([1], { peakMegabytes: 250, firstResultSeconds: 1 }),
    measured([1], { peakMegabytes: 200, firstResultSeconds: 2 }),
  ];
  const { peakMegabytes, firstResultSeconds } = summarize(processes, 1);
  t.is(peakMegabytes, 250);
  t.is(firstResultSeconds, 2);
});

test('a ratio compares rounds with each other, so that a machine that slows down changes nothing', (t) => {
  const ours = summarize([measured([10]), measured([40])], 4);
  const theirs = summarize([measured([30]), measured([120])], 4);
  t.is(ratioOf(ours, theirs), 3);
});

test('a row of another side has our ratio, our multiply-accumulates, and no ratio where one of both failed', (t) => {
  const [first, second] = [made(), made({ mode: 'train' })];
  const error = { code: 'ERR_DEVICE', message: 'no such device' } as const;
  const theirs = measured([30], { macs: null });
  const rows = rowsOf([
    { measured: first, side: 'roentgen', processes: [measured([10])], error: null },
    { measured: first, side: 'pytorch', processes: [theirs], error: null },
    { measured: second, side: 'roentgen', processes: [], error },
    { measured: second, side: 'pytorch', processes: [theirs], error: null },
  ]);
  t.deepEqual(
    rows.map(({ ratio }) => ratio),
    [null, 3, null, null],
  );
  t.deepEqual(
    rows.map(({ macs }) => macs),
    [2e6, 2e6, 2e6, 2e6],
  );
  t.deepEqual(
    rows.map((row) => row.error),
    [null, null, error, null],
  );
  t.is(rows[2]?.figures, null);
});

test('a side that built another network is an error, not a ratio', (t) => {
  const rows = rowsOf(
    [
      { measured: made(), side: 'roentgen', processes: [], error: null },
      { measured: made(), side: 'pytorch', processes: [], error: null },
    ].map((entry, at) => ({
      ...entry,
      side: at === 0 ? ('roentgen' as const) : ('pytorch' as const),
      processes: [measured([1], at === 0 ? {} : { parameters: 101, macs: null })],
    })),
  );
  t.is(rows[1]?.error?.code, 'ERR_MODEL_MISMATCH');
  t.regex(rows[1]?.error?.message ?? '', /101 parameters, and ours has 100/);
  t.is(rows[1]?.ratio, null);
});
