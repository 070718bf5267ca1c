/** Student's t distribution, for intervals of means of few values. */

/** P(|T| ≤ t) for t = √freedom · tan θ: finite sums for whole degrees of freedom (Abramowitz and Stegun 26.7.3, 4). */
function centralMass(theta: number, freedom: number): number {
  const squaredCosine = Math.cos(theta) ** 2;
  const odd = freedom % 2 === 1;
  let term = odd ? Math.cos(theta) : 1;
  let total = freedom === 1 ? 0 : term;
  for (let factor = odd ? 2 : 1; factor < freedom - 2; factor += 2) {
    term *= (squaredCosine * factor) / (factor + 1);
    total += term;
  }
  const mass = Math.sin(theta) * total;
  return odd ? (2 / Math.PI) * (theta + mass) : mass;
}

/**
 * The t with P(T ≤ t) = 0.975: mean ± t · standard error is a 95% interval.
 * @param freedom degrees of freedom, an integer of at least 1
 */
export function t95(freedom: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (low + high) / 2;
    if (centralMass(middle, freedom) < 0.95) low = middle;
    else high = middle;
  }
  return Math.sqrt(freedom) * Math.tan(low);
}
