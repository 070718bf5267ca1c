import test from 'ava';
import { toProbabilities } from '../../src/evaluation/index.js';
import { RoentgenError } from '../../src/native/index.js';
import { close, fixture } from './fixtures.js';

test("probabilities equal PyTorch's", (t) => {
  for (const { output, outputs, logits, probabilities } of fixture.probabilities) {
    const actual = toProbabilities(Float32Array.from(logits), outputs, output);
    t.is(actual.length, probabilities.length);
    probabilities.forEach((expected, index) => {
      t.true(close(actual[index], expected), `${output} of ${outputs}, number ${index}`);
    });
  }
});

test('one sigmoid output scores the second class', (t) => {
  const [first = NaN, second = NaN] = toProbabilities(Float32Array.of(2), 1, 'sigmoid');
  t.true(close(second, 1 / (1 + Math.exp(-2))));
  t.true(close(first + second, 1));
});

test('rows sum to 1 even where every sigmoid underflows to zero', (t) => {
  const probabilities = toProbabilities(Float32Array.of(-2000, -2000, -2001), 3, 'sigmoid');
  t.true(
    close(
      probabilities.reduce((total, value) => total + value, 0),
      1,
    ),
  );
  t.is(probabilities[0], probabilities[1]);
});

test('an empty batch gives no rows', (t) => {
  t.is(toProbabilities(new Float32Array(0), 3, 'softmax').length, 0);
});

test('a logit that is not finite is an error that names the image', (t) => {
  for (const broken of [NaN, Infinity, -Infinity]) {
    const error = t.throws(() => toProbabilities(Float32Array.of(0, 1, broken, 0), 2, 'softmax'), {
      instanceOf: RoentgenError,
      code: 'ERR_DIVERGED',
    });
    t.regex(error.message, /image 1 /);
  }
});

test('logits that do not fill rows, and a softmax over one output, are refused', (t) => {
  const wrong = { code: 'ERR_INVALID_ARGUMENT' };
  t.throws(() => toProbabilities(new Float32Array(5), 2, 'softmax'), wrong);
  t.throws(() => toProbabilities(new Float32Array(5), 1, 'softmax'), wrong);
  t.throws(() => toProbabilities(new Float32Array(5), 0, 'sigmoid'), wrong);
});
