/** Every figure beyond precision, recall, F1 and AUROC equals scikit-learn's. */
import test from 'ava';
import { evaluateClassification, prCurve, reliabilityBins } from '../../src/evaluation/index.js';
import { close, fixture, randomSource } from './fixtures.js';

for (const expected of fixture.classification) {
  const { name, classes, labels, probabilities } = expected;
  const metrics = evaluateClassification(expected);

  test(`figures of each class equal scikit-learn's: ${name}`, (t) => {
    expected.perClass.forEach((figures, index) => {
      for (const [figure, value] of Object.entries(figures)) {
        const ours = metrics.perClass[index]?.[figure as keyof typeof figures];
        t.true(close(ours, value), `${figure} of ${classes[index] ?? ''}: ${String(ours)}`);
      }
    });
  });

  test(`figures over all classes equal scikit-learn's: ${name}`, (t) => {
    t.true(close(metrics.balancedAccuracy, expected.balancedAccuracy));
    t.true(close(metrics.mcc, expected.mcc));
    t.true(close(metrics.averagePrecision, expected.averagePrecision));
    t.true(close(metrics.brier, expected.brier));
    t.true(close(metrics.logLoss, expected.logLoss));
    t.true(close(metrics.ece, expected.reliability.ece));
  });

  test(`the reliability diagram equals scikit-learn's: ${name}`, (t) => {
    const bins = reliabilityBins(probabilities, labels, classes.length);
    t.deepEqual(
      bins.map(({ images }) => images),
      expected.reliability.images,
    );
    const used = bins.filter(({ images }) => images > 0);
    used.forEach(({ accuracy, confidence }, index) => {
      t.true(close(accuracy, expected.reliability.accuracy[index] ?? null));
      t.true(close(confidence, expected.reliability.confidence[index] ?? null));
    });
    t.true(bins.every((bin) => bin.images > 0 || (bin.accuracy ?? bin.confidence) === null));
  });

  test(`the precision-recall curve equals scikit-learn's: ${name}`, (t) => {
    const last = classes.length - 1;
    const curve = prCurve(
      labels.map((_, index) => probabilities[index * classes.length + last] ?? NaN),
      labels.map((label) => label === last),
    );
    if (curve === null || expected.prOfLastClass === null) {
      t.is(curve, expected.prOfLastClass as null);
      return;
    }
    const [precision, recall, thresholds] = expected.prOfLastClass;
    t.deepEqual(curve.precision, precision);
    t.deepEqual(curve.recall, recall);
    t.deepEqual(curve.thresholds, [Infinity, ...thresholds]);
  });
}

test('with two classes the correlation is the same whichever is positive', (t) => {
  const random = randomSource(4);
  for (let round = 0; round < 50; round += 1) {
    const labels = Array.from({ length: 20 }, () => Math.floor(random() * 2));
    const probabilities = labels.flatMap(() => {
      const share = random();
      return [share, 1 - share];
    });
    const { mcc, perClass } = evaluateClassification({
      classes: ['a', 'b'],
      labels,
      probabilities,
    });
    t.true(close(perClass[0]?.mcc, mcc));
    t.true(close(perClass[1]?.mcc, mcc));
  }
});

test('a bin holds its upper edge and not its lower one', (t) => {
  const edges = [0.6, 0.8, 1];
  const images = (probability: number): number =>
    reliabilityBins([probability, 1 - probability], [0], 2).findIndex((bin) => bin.images === 1);
  t.deepEqual(edges.map(images), [8, 11, 14]);
  t.is(images(0.6000001), 9);
});

test('probabilities that come true as often as they say have no calibration error', (t) => {
  const labels = Array.from({ length: 10 }, (_, index) => (index < 7 ? 0 : 1));
  const probabilities = labels.flatMap(() => [0.7, 0.3]);
  const { ece } = evaluateClassification({ classes: ['a', 'b'], labels, probabilities });
  t.true(ece < 1e-15);
});
