/** Mahalanobis distance: how many standard deviations a vector is from a mean, correlations accounted for. */

/**
 * The lower triangle L with L·Lᵀ = `matrix`, rows one after another: [d(d + 1)/2].
 * @param matrix symmetric and positive definite, row-major [d, d]
 */
export function choleskyFactor(matrix: Float64Array, dimensions: number): Float64Array {
  const factor = new Float64Array((dimensions * (dimensions + 1)) / 2);
  for (let i = 0; i < dimensions; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let rest = matrix[i * dimensions + j] ?? 0;
      for (let k = 0; k < j; k += 1) rest -= (factor[at(i, k)] ?? 0) * (factor[at(j, k)] ?? 0);
      factor[at(i, j)] = i === j ? Math.sqrt(rest) : rest / (factor[at(j, j)] ?? NaN);
    }
  }
  return factor;
}

/**
 * The length of L⁻¹(vector − mean).
 * @param vector [d]
 * @param mean [d]
 * @param factor the covariance's, as `choleskyFactor` lays it out
 */
export function mahalanobisDistance(
  vector: ArrayLike<number>,
  mean: ArrayLike<number>,
  factor: ArrayLike<number>,
): number {
  const whitened = new Float64Array(vector.length);
  let square = 0;
  for (let i = 0; i < whitened.length; i += 1) {
    let rest = (vector[i] ?? 0) - (mean[i] ?? 0);
    for (let k = 0; k < i; k += 1) rest -= (factor[at(i, k)] ?? 0) * (whitened[k] ?? 0);
    const value = rest / (factor[at(i, i)] ?? NaN);
    whitened[i] = value;
    square += value ** 2;
  }
  return Math.sqrt(square);
}

/** Of row i and column j ≤ i in a packed lower triangle. */
function at(i: number, j: number): number {
  return (i * (i + 1)) / 2 + j;
}
