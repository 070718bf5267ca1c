/** How common the classes are in new images can be told without labels, and what follows from it. */
import test from 'ava';
import { adjustToPrior, estimatePrior } from '../../src/evaluation/index.js';
import { drawTwoClasses } from './calibrationFixture.js';
import { randomSource } from './fixtures.js';

for (const positives of [0.05, 0.2, 0.5, 0.9]) {
  test(`a share of ${positives} is recovered by a model fitted at 0.5`, (t) => {
    const drawn = { count: 20_000, positives, prior: 0.5, distance: 2 };
    const { labels, probabilities } = drawTwoClasses(randomSource(5), drawn);
    const { prior, converged } = estimatePrior(probabilities, [0.5, 0.5]);
    const share = labels.filter((label) => label === 1).length / labels.length;
    t.true(converged);
    // Two standard errors at most: what is known beside the labels has an error of its own.
    t.true(Math.abs((prior[1] ?? NaN) - share) < 0.012, `${prior[1]}, ${share}`);
  });
}

test('adjusted probabilities are those of a model fitted there, so that 0.5 is Bayes’ threshold', (t) => {
  const drawn = { count: 500, positives: 0.1, distance: 2 };
  const there = drawTwoClasses(randomSource(9), { ...drawn, prior: 0.1 });
  const elsewhere = drawTwoClasses(randomSource(9), { ...drawn, prior: 0.7 });
  const adjusted = adjustToPrior(elsewhere.probabilities, [0.3, 0.7], [0.9, 0.1]);
  there.probabilities.forEach((value, index) => {
    t.true(Math.abs(value - (adjusted[index] ?? NaN)) < 1e-12);
  });
});

test('three classes: the estimate is the maximum of the likelihood', (t) => {
  const random = randomSource(17);
  const fitted = [0.2, 0.3, 0.5];
  const rows = Array.from({ length: 300 }, () => {
    const raw = [random() ** 3, random() ** 2, random()];
    const total = raw.reduce((sum, value) => sum + value, 0);
    return raw.map((value) => value / total);
  });
  const likelihood = (prior: readonly number[]): number =>
    rows.reduce((sum, row) => {
      const terms = row.map((value, at) => (value * (prior[at] ?? 0)) / (fitted[at] ?? 1));
      return sum + Math.log(terms.reduce((total, term) => total + term, 0));
    }, 0);
  const { prior } = estimatePrior(rows.flat(), fitted);
  t.true(Math.abs(prior.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
  const best = likelihood(prior);
  for (const [from, to] of [
    [0, 1],
    [1, 2],
    [2, 0],
  ] as const) {
    const moved = prior.map((share, at) => share + (at === to ? 0.01 : at === from ? -0.01 : 0));
    t.true(moved.some((share) => share < 0) || likelihood(moved) < best);
  }
});

test('a class that was never there stays away, and a row that nothing is left of is kept', (t) => {
  t.deepEqual([...adjustToPrior([0.2, 0.8, 0, 1], [1, 0], [1, 0])], [1, 0, 0, 1]);
  t.is(estimatePrior([0.2, 0.8, 0.4, 0.6], [1, 0]).prior[1], 0);
});
