/** Votes are counted as scikit-learn's KNeighborsClassifier counts them, ties and zero distances included. */
import test from 'ava';
import { agreement } from '../../src/embedding/knn/agreement.js';
import { vote, type Weighting } from '../../src/embedding/knn/vote.js';
import { largestInRows } from '../../src/evaluation/index.js';
import { fixture } from './support.js';

interface VoteCase {
  classes: number;
  k: number;
  metric: string;
  weights: Weighting;
  labels: number[];
  distances: number[];
  indices: number[];
  probabilities: number[];
  predicted: number[];
}

const { cases } = fixture('knn') as { cases: VoteCase[] };

for (const { classes, k, metric, weights, ...expected } of cases) {
  test(`${k} neighbors, ${metric}, ${weights}, ${classes} classes: scikit-learn's answers`, (t) => {
    const nearest = {
      k,
      indices: Int32Array.from(expected.indices),
      distances: Float64Array.from(expected.distances),
    };
    const shares = vote(nearest, expected.labels, classes, weights);
    t.is(shares.length, expected.probabilities.length);
    shares.forEach((share, at) => {
      t.true(Math.abs(share - (expected.probabilities[at] ?? -1)) < 1e-12, `share ${at}`);
    });
    t.deepEqual(largestInRows(shares, classes), expected.predicted);
  });
}

test('the fixture has what is hard: equal shares, and neighbors at distance 0', (t) => {
  const tied = cases.some(({ probabilities, classes }) =>
    probabilities.some((share, at) => at % classes === 0 && share === probabilities[at + 1]),
  );
  const zero = cases.some(
    ({ distances, weights }) => weights === 'distance' && distances.includes(0),
  );
  t.true(tied);
  t.true(zero);
});

interface KappaCase {
  classes: number;
  truth: number[];
  a: number[];
  b: number[];
  kappa: number;
}

const { cases: kappas } = fixture('kappa') as { cases: KappaCase[] };

for (const { classes, truth, a, b, kappa } of kappas) {
  test(`Cohen's kappa of ${a.length} answers in ${classes} classes is scikit-learn's`, (t) => {
    const found = agreement(truth, a, b, classes);
    t.true(Math.abs((found.kappa ?? 2) - kappa) < 1e-12, `${found.kappa} ${kappa}`);
    const { bothRight, onlyNetwork, onlyNeighbors, bothWrong, mcnemar } = found;
    t.is(bothRight + onlyNetwork + onlyNeighbors + bothWrong, a.length);
    t.is(bothRight + onlyNetwork, truth.filter((label, at) => label === a[at]).length);
    t.is(bothRight + onlyNeighbors, truth.filter((label, at) => label === b[at]).length);
    t.like(mcnemar, { onlyA: onlyNetwork, onlyB: onlyNeighbors });
  });
}

test('kappa is undefined where both give one answer to everything', (t) => {
  const found = agreement([0, 1], [1, 1], [1, 1], 2);
  t.is(found.kappa, null);
  t.is(found.equal.value, 1);
  t.throws(() => agreement([], [], [], 2), { code: 'ERR_INVALID_ARGUMENT' });
});
