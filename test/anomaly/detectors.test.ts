/** Distances and thresholds are scikit-learn's and NumPy's; what has no meaning is refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { distances, fitGaussian } from '../../src/anomaly/gaussian.js';
import { checkNeighbors, neighborDistances, unitRows } from '../../src/anomaly/neighbors.js';
import { chooseThreshold } from '../../src/anomaly/thresholds.js';
import { aurocEstimate } from '../../src/evaluation/index.js';

interface Fixture {
  k: number;
  features: number;
  references: number[];
  queries: number[];
  anomalous: boolean[];
  mahalanobis: number[];
  neighbors: number[];
  auroc: Record<'mahalanobis' | 'neighbors', number>;
  thresholds: Record<string, number>;
}

const file = join(__dirname, '../../../test/fixtures/anomaly/vectors.json');
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const { features, anomalous } = fixture;
const rows = (values: number[]) => ({ values: Float32Array.from(values), features });
const [references, queries] = [rows(fixture.references), rows(fixture.queries)];
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, at) => Math.abs(value - (b[at] ?? NaN))));

const areaDiffers = (scores: Float64Array, area: number): number =>
  Math.abs((aurocEstimate([...scores], anomalous)?.value ?? NaN) - area);

test("Mahalanobis distances and their area are scikit-learn's with its Ledoit–Wolf covariance", (t) => {
  const found = distances(fitGaussian(references, 'vectors'), queries);
  t.true(farthest(found, fixture.mahalanobis) < 1e-9);
  t.true(areaDiffers(found, fixture.auroc.mahalanobis) < 1e-12);
});

test("distances to the k-th neighbor and their area are scikit-learn's on rows of length 1", async (t) => {
  const found = await neighborDistances(queries, unitRows(references), fixture.k);
  t.is(found.length, anomalous.length);
  t.true(farthest(found, fixture.neighbors) < 1e-5);
  t.true(areaDiffers(found, fixture.auroc.neighbors) < 1e-12);
});

for (const [rule, expected] of Object.entries(fixture.thresholds)) {
  test(`${rule} gives NumPy's threshold, whatever the anomalies score`, (t) => {
    const normal = fixture.mahalanobis.filter((_, at) => anomalous[at] === false);
    const { value, images } = chooseThreshold(rule, { scores: fixture.mahalanobis, anomalous });
    t.true(Math.abs(value - expected) < 1e-12 * expected);
    t.is(images, normal.length);
  });
}

test('youden is the cut with the largest sum of sensitivity and specificity, between two scores', (t) => {
  const scores = fixture.mahalanobis;
  const gain = (cut: number): number => {
    const share = (kind: boolean): number => {
      const own = scores.filter((_, at) => anomalous[at] === kind);
      return own.filter((score) => score > cut).length / own.length;
    };
    return share(true) - share(false);
  };
  const { value } = chooseThreshold('youden', { scores, anomalous });
  t.is(gain(value), Math.max(...scores.map(gain)));
  t.false(scores.includes(value));
});

test('a rate flags at most that share of new normal images on average, and needs enough to say so', (t) => {
  const scores = Array.from({ length: 19 }, (_, at) => at + 1);
  const normal = { scores, anomalous: scores.map(() => false) };
  t.is(chooseThreshold('rate=0.05', normal).value, 19, 'one in 20 new ones is beyond all 19');
  t.is(chooseThreshold('rate=0.1', normal).value, 18);
  const few = { scores: scores.slice(1), anomalous: scores.slice(1).map(() => false) };
  t.throws(() => chooseThreshold('rate=0.05', few), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /18 normal images can vouch for \(0\.05 takes 19\)/,
  });
});

test('youden without anomalies says which rules need none', (t) => {
  const normal = { scores: [1, 2], anomalous: [false, false] };
  t.throws(() => chooseThreshold('youden', normal), {
    code: 'ERR_SINGLE_CLASS',
    message: /sigma=1/,
  });
});

for (const rule of ['sigma', 'sigma=', 'sigma=one', 'rate=0', 'rate=1', 'youden=1', 'k=1', '']) {
  test(`"${rule}" is no rule`, (t) => {
    t.throws(() => chooseThreshold(rule, { scores: [1], anomalous: [false] }), {
      code: 'ERR_INVALID_ARGUMENT',
      message: /sigma=1 \(mean \+ 1 standard deviation\), rate=0\.05/,
    });
  });
}

test('embeddings that are all the same have no distances', (t) => {
  const same = { values: new Float32Array(40).fill(0.5), features: 4 };
  t.throws(() => fitGaussian(same, 'embeddings'), {
    code: 'ERR_DIVERGED',
    message: /embeddings of all normal training images are the same/,
  });
});

test('more neighbors than normal images are refused with their number', (t) => {
  t.notThrows(() => {
    checkNeighbors(5, 5);
  });
  t.throws(
    () => {
      checkNeighbors(6, 5);
    },
    { code: 'ERR_INVALID_ARGUMENT', message: /an integer from 1 to the 5 normal training images/ },
  );
});
