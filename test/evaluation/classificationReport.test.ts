import test from 'ava';
import { evaluateClassification, formatReport, reportObject } from '../../src/evaluation/index.js';
import { close, fixture } from './fixtures.js';

for (const expected of fixture.classification) {
  const metrics = evaluateClassification(expected);

  test(`the printed report equals scikit-learn's to the byte: ${expected.name}`, (t) => {
    t.is(formatReport(metrics), expected.text);
    t.is(formatReport(metrics, 4), expected.textFourDigits);
  });

  test(`the report object equals scikit-learn's: ${expected.name}`, (t) => {
    const actual = reportObject(metrics);
    t.deepEqual(Object.keys(actual), Object.keys(expected.report));
    for (const [key, scores] of Object.entries(expected.report)) {
      const ours = actual[key];
      if (typeof scores === 'number') {
        t.true(typeof ours === 'number' && close(ours, scores), key);
      } else {
        t.true(typeof ours === 'object', key);
        const pairs = Object.entries(ours ?? {});
        t.deepEqual(Object.keys(ours ?? {}), Object.keys(scores));
        t.true(
          pairs.every(([score, value]) => close(value as number, scores[score] ?? null)),
          key,
        );
      }
    }
  });

  test(`the confusion matrix equals scikit-learn's: ${expected.name}`, (t) => {
    t.deepEqual(metrics.confusionMatrix, expected.confusion);
  });

  test(`every 0/0 counted as 0 is listed: ${expected.name}`, (t) => {
    const order = (list: readonly object[]): string[] =>
      list.map((entry) => JSON.stringify(entry)).sort();
    t.deepEqual(order(metrics.zeroDivisions), order(expected.zeroDivisions));
  });
}
