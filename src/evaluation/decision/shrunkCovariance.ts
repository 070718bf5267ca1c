/** A covariance matrix that is well conditioned whatever the number of samples. */

export interface ShrunkCovariance {
  /** [d]. */
  mean: Float64Array;
  /** Row-major [d, d], symmetric; divided by N before it is shrunk. */
  covariance: Float64Array;
  /** Share of the identity in the result, [0, 1]. */
  shrinkage: number;
}

/**
 * Ledoit and Wolf's estimate ("A well-conditioned estimator for large-dimensional covariance matrices", J.
 * Multivariate Analysis 88, 2004): the sample covariance drawn toward the identity times its mean variance, by what
 * minimizes the expected squared error. As scikit-learn's `LedoitWolf`.
 * @param samples row-major [N, d], N at least 1
 */
export function shrunkCovariance(samples: Float64Array, dimensions: number): ShrunkCovariance {
  const count = samples.length / dimensions;
  const mean = new Float64Array(dimensions);
  samples.forEach((value, index) => {
    mean[index % dimensions] = (mean[index % dimensions] ?? 0) + value / count;
  });
  const covariance = new Float64Array(dimensions ** 2);
  const centered = new Float64Array(dimensions);
  let fourth = 0;
  for (let start = 0; start < samples.length; start += dimensions) {
    let square = 0;
    for (let i = 0; i < dimensions; i += 1) {
      const value = (samples[start + i] ?? 0) - (mean[i] ?? 0);
      centered[i] = value;
      square += value ** 2;
    }
    fourth += square ** 2 / count;
    for (let i = 0; i < dimensions; i += 1) {
      const value = (centered[i] ?? 0) / count;
      for (let j = 0; j <= i; j += 1) {
        covariance[i * dimensions + j] =
          (covariance[i * dimensions + j] ?? 0) + value * (centered[j] ?? 0);
      }
    }
  }
  for (let i = 0; i < dimensions; i += 1) {
    for (let j = 0; j < i; j += 1) {
      covariance[j * dimensions + i] = covariance[i * dimensions + j] ?? 0;
    }
  }
  const shrinkage = shrink(covariance, dimensions, { count, fourth });
  return { mean, covariance, shrinkage };
}

/** Draws the matrix toward the identity, in place, and returns how far. `fourth`: mean fourth power of the norms. */
function shrink(
  covariance: Float64Array,
  dimensions: number,
  { count, fourth }: { count: number; fourth: number },
): number {
  let [trace, squares] = [0, 0];
  covariance.forEach((value, index) => {
    squares += value ** 2;
    if (index % (dimensions + 1) === 0) trace += value;
  });
  const variance = trace / dimensions;
  const distance = squares - trace * variance;
  const error = Math.min((fourth - squares) / count, distance);
  const shrinkage = error > 0 ? error / distance : 0;
  covariance.forEach((value, index) => {
    const identity = index % (dimensions + 1) === 0 ? variance : 0;
    covariance[index] = (1 - shrinkage) * value + shrinkage * identity;
  });
  return shrinkage;
}
