import test from 'ava';
import { reconstructionMetrics } from '../../src/evaluation/index.js';
import { close, fixture } from './fixtures.js';

test("the distribution of reconstruction errors equals NumPy's", (t) => {
  for (const expected of fixture.reconstruction) {
    const metrics = reconstructionMetrics(Float32Array.from(expected.errors));
    t.is(metrics.samples, expected.errors.length);
    t.true(close(metrics.mean, expected.mean));
    t.true(close(metrics.std, expected.std));
    t.is(metrics.min, expected.min);
    t.is(metrics.max, expected.max);
    for (const [name, value] of Object.entries(metrics.quantiles)) {
      t.true(close(value, expected.quantiles[name] ?? null), name);
    }
  }
});

test('no images, and an error that is not finite, are refused', (t) => {
  t.throws(() => reconstructionMetrics(new Float32Array(0)), { code: 'ERR_INVALID_ARGUMENT' });
  t.throws(() => reconstructionMetrics(Float32Array.of(0.1, NaN)), {
    code: 'ERR_DIVERGED',
    message: /image 1 /,
  });
});
