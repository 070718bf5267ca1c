/** One number makes probabilities honest, and is the one that scipy finds. */
import test from 'ava';
import {
  fitTemperature,
  logLoss,
  logProbabilities,
  toProbabilities,
  withTemperature,
} from '../../src/evaluation/index.js';
import { calibrationFixture } from './calibrationFixture.js';
import { randomSource } from './fixtures.js';

const near = (actual: number, expected: number, tolerance: number): boolean =>
  Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));

for (const [index, { classes, logits, labels, ...expected }] of Object.entries(
  calibrationFixture.temperature,
)) {
  test(`the temperature is scipy's to 1e-6: case ${index}, ${classes} classes`, (t) => {
    const found = fitTemperature(logits, labels, classes);
    t.true(near(found, expected.temperature, 1e-6), `${found}, ${expected.temperature}`);
  });

  test(`of probabilities it is that of their logits: case ${index}`, (t) => {
    const probabilities = withTemperature(softmaxOf(logits, classes), 1, classes);
    const found = fitTemperature(logProbabilities(probabilities), labels, classes);
    t.true(near(found, expected.temperature, 1e-6), `${found}, ${expected.temperature}`);
    const calibrated = withTemperature(probabilities, found, classes);
    expected.calibrated.forEach((value, at) => {
      t.true(near(calibrated[at] ?? NaN, value, 1e-5), `${at}: ${calibrated[at]}, ${value}`);
    });
  });
}

/** As float64, which `toProbabilities` would not keep. */
function softmaxOf(logits: readonly number[], classes: number): number[] {
  return logits.map((logit, index) => {
    const start = index - (index % classes);
    const row = logits.slice(start, start + classes);
    const total = row.reduce((sum, other) => sum + Math.exp(other - Math.max(...row)), 0);
    return Math.exp(logit - Math.max(...row)) / total;
  });
}

test('no temperature nearby has a smaller log loss', (t) => {
  for (const { classes, logits, labels } of calibrationFixture.temperature.slice(0, 4)) {
    const probabilities = softmaxOf(logits, classes);
    const best = fitTemperature(logits, labels, classes);
    const loss = (temperature: number): number =>
      logLoss(withTemperature(probabilities, temperature, classes), labels, classes);
    t.true(loss(best) <= loss(1) + 1e-12);
    t.true(loss(best) < loss(best * 1.01) && loss(best) < loss(best / 1.01));
  }
});

test('one sigmoid output is divided by its temperature', (t) => {
  const logits = Float32Array.of(-2.5, 0.75, 3);
  const divided = toProbabilities(
    logits.map((logit) => logit / 2.5),
    1,
    'sigmoid',
  );
  withTemperature(toProbabilities(logits, 1, 'sigmoid'), 2.5, 2).forEach((value, index) => {
    t.true(near(value, divided[index] ?? NaN, 1e-7), `${value}, ${divided[index]}`);
  });
});

test('a temperature changes no most probable class, and rows go on summing to 1', (t) => {
  const random = randomSource(3);
  for (let repetition = 0; repetition < 200; repetition += 1) {
    const row = softmaxOf([10 * random(), 10 * random(), 10 * random()], 3);
    const scaled = [...withTemperature(row, 0.05 + 20 * random(), 3)];
    t.is(scaled.indexOf(Math.max(...scaled)), row.indexOf(Math.max(...row)));
    t.true(
      near(
        scaled.reduce((sum, value) => sum + value, 0),
        1,
        1e-12,
      ),
    );
  }
});

test('where every image is right nothing is changed', (t) => {
  t.is(fitTemperature([2, 0, 0, 3], [0, 1], 2), 1);
  t.deepEqual([...withTemperature([0.25, 0.75], 1, 2)], [0.25, 0.75]);
});

test('certainty of the wrong class is answered with the highest temperature', (t) => {
  t.is(fitTemperature([900, 0, 0, 900], [1, 0], 2), 20);
});

test('shapes that do not agree are refused', (t) => {
  const wrong = { code: 'ERR_INVALID_ARGUMENT' };
  t.throws(() => fitTemperature([], [], 2), wrong);
  t.throws(() => fitTemperature([1, 2, 3], [0], 2), wrong);
});
