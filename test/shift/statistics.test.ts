/** Tests and distances equal SciPy's and NumPy's, estimates the formulas of their papers. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { rateEstimate, type Estimate } from '../../src/evaluation/index.js';
import { estimateAccuracy } from '../../src/shift/estimates.js';
import { halvesOf } from '../../src/shift/halves.js';
import { refusedForLooks } from '../../src/shift/ladder/prior.js';
import { mixedDiscrepancies } from '../../src/shift/statistics/classShares.js';
import { discrepancy, testDiscrepancy } from '../../src/shift/statistics/discrepancy.js';
import { holm } from '../../src/shift/statistics/holm.js';
import { gaussian, medianSquare, squaredDistances } from '../../src/shift/statistics/kernel.js';
import { kolmogorovSmirnov } from '../../src/shift/statistics/kolmogorovSmirnov.js';
import { stabilityIndex } from '../../src/shift/statistics/stabilityIndex.js';

interface Samples {
  a: number[];
  b: number[];
}
interface Fixture {
  kolmogorovSmirnov: (Samples & { statistic: number; pValue: number })[];
  stabilityIndex: (Samples & { value: number; expected: number })[];
  discrepancy: {
    n: number;
    features: number;
    points: number[];
    medianSquare: number;
    squared: number;
    pValue: number;
  }[];
  classShares: {
    classes: number;
    labels: number[];
    source: number[];
    target: number[];
    square: number;
    squared: number;
    shares: number[];
  }[];
  accuracy: {
    source: number[];
    labels: number[];
    target: number[];
    accuracy: number;
    threshold: number;
    atc: number;
    doc: number;
  }[];
}

const fixture = JSON.parse(readFileSync('test/fixtures/shift/statistics.json', 'utf8')) as Fixture;

/** float32 kernels: seven digits. */
const singlePrecision = 1e-6;

const rowsOf = (values: readonly number[], features: number) => ({
  values: Float32Array.from(values),
  features,
});

test("the Kolmogorov-Smirnov test is SciPy's exact one", (t) => {
  for (const { a, b, statistic, pValue } of fixture.kolmogorovSmirnov) {
    const found = kolmogorovSmirnov(a, b);
    t.true(Math.abs(found.statistic - statistic) < 1e-12, `${found.statistic} ${statistic}`);
    t.true(Math.abs(found.pValue - pValue) <= 1e-9 * pValue, `${found.pValue} ${pValue}`);
  }
});

test('the stability index is that of decile bins, and values that fill a bin have their own', (t) => {
  for (const { a, b, value, expected } of fixture.stabilityIndex) {
    const found = stabilityIndex(a, b);
    t.true(Math.abs(found.value - value) < 1e-9, `${found.value} ${value}`);
    t.true(Math.abs(found.expected - expected) < 1e-12);
  }
});

test("Holm's correction multiplies the smallest p-value by all, and never turns the order round", (t) => {
  t.deepEqual(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
  t.deepEqual(holm([0.5, 0.9]), [1, 1]);
  t.deepEqual(holm([]), []);
});

test("MMD² and the median heuristic are NumPy's, its p-value that of 4,000 permutations there", async (t) => {
  for (const { n, features, points, ...expected } of fixture.discrepancy) {
    const rows = rowsOf(points, features);
    const distances = await squaredDistances(rows, rows);
    const square = medianSquare(distances);
    t.true(Math.abs(square / expected.medianSquare - 1) < singlePrecision);
    const first = Int32Array.from({ length: n }, (_, row) => row);
    const kernel = gaussian(distances, square);
    const found = await testDiscrepancy(kernel, first, { draws: 2000, seed: 1 });
    t.true(Math.abs(found.squared - expected.squared) < singlePrecision);
    // Four standard errors of both shares.
    const error = Math.sqrt(expected.pValue * (1 - expected.pValue) * (1 / 2000 + 1 / 4000));
    t.true(Math.abs(found.pValue - expected.pValue) <= 4 * error + 1 / 2000);
    t.is(found.auroc, discrepancy(kernel, first).auroc);
  }
});

test('sets that nobody can tell apart have an area near one half, and far ones of 1', async (t) => {
  const [alike, , apart] = await Promise.all(
    fixture.discrepancy.map(async ({ n, features, points }) => {
      const rows = rowsOf(points, features);
      const distances = await squaredDistances(rows, rows);
      const first = Int32Array.from({ length: n }, (_, row) => row);
      return discrepancy(gaussian(distances, medianSquare(distances)), first).auroc;
    }),
  );
  t.true(Math.abs((alike ?? 0) - 0.5) < 0.2, String(alike));
  t.true((apart ?? 0) > 0.99, String(apart));
});

test('the shares of classes that explain most of a discrepancy are those that SciPy finds', async (t) => {
  for (const { classes, labels, source, target, square, ...expected } of fixture.classShares) {
    const [a, b] = [rowsOf(source, 2), rowsOf(target, 2)];
    const kernelOf = async (x: typeof a, y: typeof a) =>
      gaussian(await squaredDistances(x, y), square);
    const { least: found, asIs } = await mixedDiscrepancies(
      { source: await kernelOf(a, a), across: await kernelOf(a, b), target: await kernelOf(b, b) },
      Int32Array.from(labels),
      classes,
    );
    t.true(Math.abs(found.squared - expected.squared) < singlePrecision);
    found.shares.forEach((share, label) => {
      t.true(Math.abs(share - (expected.shares[label] ?? NaN)) < 1e-4);
    });
    t.true(asIs.squared >= found.squared);
    t.is(found.sourcePull.length, labels.length);
    t.is(found.targetPull.length, target.length / 2);
  }
});

test("ATC and the difference of confidences are their papers' formulas, within their intervals", (t) => {
  for (const { source, labels, target, ...expected } of fixture.accuracy) {
    const patients = (count: number) => Array.from({ length: count }, (_, image) => `p${image}`);
    const found = estimateAccuracy(
      { probabilities: source, labels, groups: patients(labels.length) },
      { probabilities: target, groups: patients(target.length / 2) },
      2,
      { draws: 200, seed: 0 },
    );
    t.true(Math.abs(found.source - expected.accuracy) < 1e-12);
    t.is(found.threshold, expected.threshold);
    t.true(Math.abs(found.atc.value - expected.atc) < 1e-12);
    t.true(Math.abs(found.doc.value - expected.doc) < 1e-9);
    for (const { low, value, high } of [found.atc, found.doc]) {
      t.true(0 <= low && low < value && value < high && high <= 1);
    }
  }
});

test('a model without an error on labeled images is taken to make none elsewhere', (t) => {
  const sure = { probabilities: [0.1, 0.9, 0.8, 0.2], groups: ['a', 'b'] };
  const unsure = { probabilities: [0.45, 0.55], groups: ['c'] };
  const found = estimateAccuracy({ ...sure, labels: [1, 0] }, unsure, 2, { draws: 100, seed: 0 });
  t.is(found.threshold, 0.8);
  t.is(found.atc.value, 0, 'less sure than on any labeled image');
});

function rate(hits: number, of: number): Estimate {
  const estimate = rateEstimate(hits, of);
  if (estimate === null) throw new Error('of nothing');
  return estimate;
}

test('what a gate refuses is a matter of shares up to a target of the rarest class alone, and then of looks', (t) => {
  const asMany = 300;
  for (const images of [100, 400, 2000]) {
    for (const rarest of [0.1, 0.25, 0.5]) {
      // All that the gate refuses of the source is of the rarest class, up to a third of it.
      for (let refused = 0; refused <= (images * rarest) / 3; refused += images / 100) {
        const source = rate(images - refused, images);
        const share = refused / (images * rarest);
        const target = rate(Math.round(asMany * (1 - share)), asMany);
        t.false(refusedForLooks({ source, target }, [rarest, 1 - rarest]), `${images} ${refused}`);
      }
      const source = rate(images, images);
      const none = rate(0, asMany);
      t.true(refusedForLooks({ source, target: none }, [rarest, 1 - rarest]));
    }
  }
});

test('halves share no patient and have about half of the images', (t) => {
  const groups = Array.from({ length: 90 }, (_, image) => `patient ${Math.floor(image / 3)}`);
  const halves = halvesOf(groups, 5);
  t.is(halves.length, 20);
  for (const half of halves) {
    t.true(Math.abs(half.length - 45) <= 3);
    const inside = new Set(half);
    const patients = new Set([...half].map((row) => groups[row]));
    t.true(groups.every((group, row) => inside.has(row) || !patients.has(group)));
  }
  t.notDeepEqual(halves[0], halves[1]);
});
