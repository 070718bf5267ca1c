import test from 'ava';
import {
  evaluateClassification,
  metricDirection,
  metricNames,
  metricValue,
} from '../../src/evaluation/index.js';

const classification = evaluateClassification({
  classes: ['a', 'b'],
  labels: [0, 1, 1],
  probabilities: [0.9, 0.1, 0.2, 0.8, 0.7, 0.3],
});

test('less loss, Brier score and calibration error are better, and more of everything else', (t) => {
  for (const name of metricNames) {
    t.is(metricDirection(name), ['loss', 'brier', 'ece'].includes(name) ? 'min' : 'max', name);
  }
});

test('every metric is read from the evaluation it names', (t) => {
  const values = metricNames.map((name) => [
    name,
    metricValue(name, { loss: 0.25, classification }),
  ]);
  t.deepEqual(Object.fromEntries(values), {
    loss: 0.25,
    accuracy: classification.accuracy,
    auroc: classification.auroc,
    f1: classification.macro.f1,
    precision: classification.macro.precision,
    recall: classification.macro.recall,
    sensitivity: 0.5,
    specificity: 1,
    balancedAccuracy: 0.75,
    mcc: 0.5,
    averagePrecision: 1,
    brier: classification.brier,
    ece: classification.ece,
  });
});

test('a metric that an evaluation lacks is null', (t) => {
  t.is(metricValue('accuracy', { loss: 0.25, classification: null }), null);
  t.is(metricValue('loss', { loss: NaN, classification: null }), null);
});

test('an unknown name is an error that lists the known ones', (t) => {
  for (const name of ['auc', 'Loss', 'constructor', '']) {
    t.throws(() => metricDirection(name), {
      code: 'ERR_INVALID_ARGUMENT',
      message: /loss, accuracy, auroc/,
    });
  }
});
