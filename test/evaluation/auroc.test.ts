import test from 'ava';
import { evaluateClassification, rocCurve } from '../../src/evaluation/index.js';
import { close, fixture, randomSource } from './fixtures.js';

for (const expected of fixture.classification) {
  test(`AUROC and ROC curve equal scikit-learn's: ${expected.name}`, (t) => {
    const { classes, labels, probabilities } = expected;
    const metrics = evaluateClassification(expected);
    t.true(close(metrics.auroc, expected.auroc));
    metrics.perClass.forEach(({ auroc }, index) => {
      t.true(close(auroc, expected.aurocPerClass[index] ?? null), classes[index]);
    });

    const last = classes.length - 1;
    const curve = rocCurve(
      labels.map((_, index) => probabilities[index * classes.length + last] ?? NaN),
      labels.map((label) => label === last),
    );
    if (curve === null || expected.rocOfLastClass === null) {
      t.is(curve, expected.rocOfLastClass as null);
      return;
    }
    const [falsePositiveRate, truePositiveRate, thresholds] = expected.rocOfLastClass;
    t.deepEqual(curve.falsePositiveRate, falsePositiveRate);
    t.deepEqual(curve.truePositiveRate, truePositiveRate);
    t.deepEqual(
      curve.thresholds,
      thresholds.map((threshold) => threshold ?? Infinity),
    );
  });
}

/** Scores on a grid of 1/64, so that many tie and 1 − score is exact. */
function* problems(): Generator<{ scores: number[]; positives: boolean[] }> {
  const random = randomSource(2);
  for (let round = 0; round < 100; round += 1) {
    const scores = Array.from({ length: 30 }, () => Math.floor(random() * 65) / 64);
    const positives = scores.map((score, index) => index < 1 || (index > 1 && random() < score));
    yield { scores, positives };
  }
}

test('AUROC of the reversed scores is 1 − AUROC', (t) => {
  for (const { scores, positives } of problems()) {
    const area = rocCurve(scores, positives)?.area ?? NaN;
    const reversed = rocCurve(
      scores.map((score) => 1 - score),
      positives,
    );
    t.true(close(reversed?.area, 1 - area));
  }
});

test('AUROC does not change under a monotone transformation of the scores', (t) => {
  for (const { scores, positives } of problems()) {
    const transformed = rocCurve(
      scores.map((score) => Math.exp(3 * score) - 7),
      positives,
    );
    t.is(transformed?.area, rocCurve(scores, positives)?.area);
  }
});

test('AUROC does not depend on the order of the samples', (t) => {
  for (const { scores, positives } of problems()) {
    const reordered = rocCurve([...scores].reverse(), [...positives].reverse());
    t.is(reordered?.area, rocCurve(scores, positives)?.area);
  }
});

test('AUROC is the share of pairs in the right order, ties counted one half', (t) => {
  for (const { scores, positives } of problems()) {
    let [wins, pairs] = [0, 0];
    scores.forEach((high, i) => {
      scores.forEach((low, j) => {
        if (positives[i] === true && positives[j] === false) {
          pairs += 1;
          wins += high > low ? 1 : high === low ? 0.5 : 0;
        }
      });
    });
    t.true(close(rocCurve(scores, positives)?.area, wins / pairs));
  }
});

test('one constant score is worth 0.5', (t) => {
  t.is(rocCurve([0.3, 0.3, 0.3], [true, false, false])?.area, 0.5);
});
