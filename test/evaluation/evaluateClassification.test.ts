import test from 'ava';
import {
  evaluateClassification,
  formatMetrics,
  formatReport,
  metricIntervals,
} from '../../src/evaluation/index.js';
import { close, fixture } from './fixtures.js';

/** [[2, 1], [0, 1]]: three NORMAL of which one is called sick, one PNEUMONIA found. */
const binary = {
  classes: ['NORMAL', 'PNEUMONIA'],
  labels: [0, 0, 0, 1],
  probabilities: [0.9, 0.1, 0.8, 0.2, 0.4, 0.6, 0.3, 0.7],
};

test('the last class is the positive one unless another is named', (t) => {
  t.deepEqual(evaluateClassification(binary).binary, {
    positive: 'PNEUMONIA',
    sensitivity: 1,
    specificity: 2 / 3,
  });
  t.deepEqual(evaluateClassification({ ...binary, positive: 'NORMAL' }).binary, {
    positive: 'NORMAL',
    sensitivity: 2 / 3,
    specificity: 1,
  });
});

test('with two classes both positive classes have the same AUROC', (t) => {
  const last = evaluateClassification(binary);
  const first = evaluateClassification({ ...binary, positive: 'NORMAL' });
  t.true(close(first.auroc, last.auroc));
});

test('an image whose probabilities are equal goes to the first class', (t) => {
  const metrics = evaluateClassification({
    classes: ['a', 'b'],
    labels: [0, 1],
    probabilities: [0.5, 0.5, 0.5, 0.5],
  });
  t.deepEqual(metrics.confusionMatrix, [
    [1, 0],
    [1, 0],
  ]);
});

test('what is undefined is null with a reason, never NaN', (t) => {
  const metrics = evaluateClassification({ ...binary, labels: [0, 0, 0, 0] });
  t.is(metrics.auroc, null);
  t.regex(metrics.aurocUndefined ?? '', /PNEUMONIA/);
  t.is(metrics.binary?.sensitivity, null);
  t.is(metrics.binary?.specificity, 0.5);
  t.regex(formatMetrics(metrics), /AUROC +undefined/);
  t.regex(formatMetrics(metrics), /0\/0 counted as 0: recall of PNEUMONIA/);
});

test('metrics survive JSON unchanged', (t) => {
  for (const problem of fixture.classification) {
    const metrics = evaluateClassification(problem);
    t.deepEqual(JSON.parse(JSON.stringify(metrics)), metrics);
  }
});

test('typed arrays and plain arrays give the same metrics', (t) => {
  t.deepEqual(
    evaluateClassification({
      ...binary,
      labels: Int32Array.from(binary.labels),
      probabilities: Float64Array.from(binary.probabilities),
    }),
    evaluateClassification(binary),
  );
});

test('the text holds report, matrix, and the figures over all classes', (t) => {
  t.is(
    formatMetrics(evaluateClassification(binary)),
    `              precision    recall  f1-score   support

      NORMAL       1.00      0.67      0.80         3
   PNEUMONIA       0.50      1.00      0.67         1

    accuracy                           0.75         4
   macro avg       0.75      0.83      0.73         4
weighted avg       0.88      0.75      0.77         4

true \\ predicted    NORMAL  PNEUMONIA
          NORMAL  2  66.7%   1  33.3%
       PNEUMONIA  0   0.0%   1 100.0%

accuracy       0.7500 (3 of 4)
balanced acc.  0.8333
MCC            0.5774
AUROC          1.0000
avg precision  1.0000
sensitivity    1.0000 (positive class PNEUMONIA)
specificity    0.6667
Brier score    0.2500
ECE            0.3000
`,
  );
});

test('with intervals each figure is followed by its own, within 80 columns', (t) => {
  const text = formatMetrics(
    evaluateClassification(binary),
    metricIntervals({ ...binary, draws: 100 }),
  );
  t.true(text.startsWith(formatReport(evaluateClassification(binary))));
  t.regex(text, /^accuracy {7}0\.7500 \[0\.3006, 0\.9544\] \(3 of 4\)$/m);
  t.regex(text, /^specificity {4}0\.6667 \[0\.2077, 0\.9385\]$/m);
  t.regex(text, /^95% intervals: .*\n.* 100 bootstrap draws of 4 patients$/m);
  for (const problem of fixture.classification) {
    const long = formatMetrics(
      evaluateClassification({ ...problem, classes: problem.classes.map((_, at) => `${at}`) }),
      metricIntervals({ ...problem, draws: 100 }),
    );
    const figures = long.split('\n').filter((line) => / \[.*\]/.test(line));
    t.true(figures.length >= 3 && figures.every((line) => line.length <= 80), problem.name);
  }
});

test('inputs that do not agree are refused', (t) => {
  const wrong = { code: 'ERR_INVALID_ARGUMENT' };
  const three = { classes: ['a', 'b', 'c'], labels: [0], probabilities: [1, 0, 0] };
  t.throws(() => evaluateClassification({ ...binary, labels: [] }), wrong);
  t.throws(() => evaluateClassification({ ...binary, labels: [0, 1] }), wrong);
  t.throws(() => evaluateClassification({ ...binary, labels: [0, 1, 2, 0] }), wrong);
  t.throws(() => evaluateClassification({ ...binary, classes: ['only'] }), wrong);
  t.throws(() => evaluateClassification({ ...binary, positive: 'Pneumonia' }), {
    ...wrong,
    message: /NORMAL, PNEUMONIA/,
  });
  t.throws(() => evaluateClassification({ ...three, positive: 'a' }), wrong);
});
