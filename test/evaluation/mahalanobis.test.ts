/** Covariance and distance are scikit-learn's and scipy's. */
import test from 'ava';
import {
  choleskyFactor,
  mahalanobisDistance,
  shrunkCovariance,
} from '../../src/evaluation/index.js';
import { calibrationFixture } from './calibrationFixture.js';

const close = (actual: number | undefined, expected: number): boolean =>
  Math.abs((actual ?? NaN) - expected) <= 1e-9 * Math.max(1, Math.abs(expected));

for (const { dimensions, samples, vector, ...expected } of calibrationFixture.covariance) {
  const count = samples.length / dimensions;
  test(`${count} samples of ${dimensions} dimensions: Ledoit and Wolf's covariance, Mahalanobis' distance`, (t) => {
    const found = shrunkCovariance(Float64Array.from(samples), dimensions);
    t.true(close(found.shrinkage, expected.shrinkage), `${found.shrinkage}`);
    expected.covariance.forEach((value, index) => {
      t.true(close(found.covariance[index], value), `${index}`);
    });
    const factor = choleskyFactor(found.covariance, dimensions);
    t.true(close(mahalanobisDistance(vector, found.mean, factor), expected.distance));
  });
}
