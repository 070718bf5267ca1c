/** Normal images as a cloud of vectors with a mean and a covariance, and how far others are from it. */
import { choleskyFactor, mahalanobisDistance, shrunkCovariance } from '../evaluation/index.js';
import { RoentgenError, type Rows } from '../native/index.js';

export interface Gaussian {
  /** [F]. */
  mean: number[];
  /** Lower triangle of the covariance's Cholesky factor, rows one after another: [F(F + 1)/2]. */
  factor: number[];
}

/**
 * Mean and Ledoit–Wolf covariance of the rows, as Lee et al. ("A simple unified framework for detecting
 * out-of-distribution samples and adversarial attacks", NeurIPS 2018) have one class.
 * @throws RoentgenError ERR_DIVERGED where all rows are the same
 */
export function fitGaussian({ values, features }: Rows, what: string): Gaussian {
  const { mean, covariance } = shrunkCovariance(Float64Array.from(values), features);
  const factor = [...choleskyFactor(covariance, features)];
  if (factor.every((value) => Number.isFinite(value) && covariance.some((entry) => entry > 0))) {
    return { mean: [...mean], factor };
  }
  throw new RoentgenError(
    'ERR_DIVERGED',
    `The ${what} of all normal training images are the same, so that no distance has a meaning: the network has ` +
      'collapsed or its layer is dead. Name another layer (--layer), or train again with a lower learning rate.',
  );
}

/** Mahalanobis distance of each row, [N]. */
export function distances({ mean, factor }: Gaussian, { values, features }: Rows): Float64Array {
  return Float64Array.from({ length: values.length / features }, (_, row) =>
    mahalanobisDistance(values.subarray(row * features, (row + 1) * features), mean, factor),
  );
}
