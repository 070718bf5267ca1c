/** Runs from several seeds become mean, spread and a t interval. */
import test from 'ava';
import {
  aggregateSeeds,
  evaluateClassification,
  formatAggregate,
  type ClassificationMetrics,
} from '../../src/evaluation/index.js';
import { close } from './fixtures.js';

/** Ten images, of which the first `right` are answered rightly. */
function run(right: number): ClassificationMetrics {
  const labels = Array.from({ length: 10 }, (_, image) => image % 2);
  return evaluateClassification({
    classes: ['a', 'b'],
    labels,
    probabilities: labels.flatMap((label, image) => {
      const b = image < right === (label === 1) ? 0.8 : 0.2;
      return [1 - b, b];
    }),
  });
}

test('mean, standard deviation and interval are those of the t distribution', (t) => {
  const { runs, samples, figures } = aggregateSeeds([run(5), run(6), run(7)]);
  t.is(runs, 3);
  t.is(samples, 10);
  const { accuracy } = figures;
  t.true(close(accuracy?.mean, 0.6));
  t.true(close(accuracy?.std ?? null, 0.1));
  // scipy.stats.t.interval(0.95, 2, 0.6, 0.1 / sqrt(3))
  t.true(Math.abs((accuracy?.low ?? NaN) - 0.3515862288) < 1e-9);
  t.true(Math.abs((accuracy?.high ?? NaN) - 0.8484137712) < 1e-9);
  t.is(accuracy?.min, 0.5);
  t.is(accuracy?.max, 0.7);
});

test('an interval ends where the range of its figure ends', (t) => {
  // Two runs this far apart have a t interval of several times any of these ranges.
  const { accuracy, mcc, brier } = aggregateSeeds([run(1), run(9)]).figures;
  t.deepEqual([accuracy?.low, accuracy?.high], [0, 1]);
  t.deepEqual([mcc?.low, mcc?.high], [-1, 1]);
  t.deepEqual([brier?.low, brier?.high], [0, 2]);
});

test('one run has a mean and no spread', (t) => {
  const { accuracy } = aggregateSeeds([run(7)]).figures;
  t.deepEqual(accuracy, { mean: 0.7, std: null, low: null, high: null, min: 0.7, max: 0.7 });
});

test('a figure that is undefined in one run is not averaged', (t) => {
  const constant = evaluateClassification({
    classes: ['a', 'b'],
    labels: run(10).confusionMatrix.flatMap((_, index) => Array<number>(5).fill(index)),
    probabilities: Array.from({ length: 10 }, () => [1, 0]).flat(),
  });
  const { figures } = aggregateSeeds([run(7), constant]);
  t.is(figures.mcc, null);
  t.not(figures.accuracy, null);
});

test('the table has a line for each figure that all runs have, in 80 columns', (t) => {
  const text = formatAggregate(aggregateSeeds([run(7), run(8), run(9)]));
  t.regex(text, /^accuracy +0\.8000 +0\.1000 +\[0\.5516, 1\.0000\] +0\.7000 +0\.9000$/m);
  t.regex(text, /covers the variation of training,\nnot that of the test set\.\n$/);
  t.true(text.split('\n').every((line) => line.length <= 80));
  const single = formatAggregate(aggregateSeeds([run(7)]));
  t.regex(single, /^accuracy +0\.7000 +- +- +0\.7000 +0\.7000$/m);
});

test('no runs, and runs on other images, are refused', (t) => {
  const wrong = { code: 'ERR_INVALID_ARGUMENT' };
  t.throws(() => aggregateSeeds([]), wrong);
  const other = evaluateClassification({
    classes: ['a', 'b'],
    labels: [0, 1],
    probabilities: [1, 0, 0, 1],
  });
  t.throws(() => aggregateSeeds([run(7), other]), { ...wrong, message: /results\[1\]/ });
});
