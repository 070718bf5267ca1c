/** The standard normal distribution. */

/** The distribution has 95% of its mass within ± this. */
export const z95 = 1.959963984540054;

const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** From here on the continued fraction is the better one: 0.5 − Φ would lose digits. */
const tailStart = 3;

/** P(Z > z), with small tails to full relative precision. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  return z < tailStart ? 0.5 - density(z) * series(z) : density(z) / continuedFraction(z);
}

/** P(Z ≤ z). */
export function normalCdf(z: number): number {
  return normalTail(-z);
}

/** z + z³/3 + z⁵/(3·5) + … (Marsaglia, J. Stat. Softw. 11(4), 2004). */
function series(z: number): number {
  let [total, term] = [z, z];
  for (let odd = 3; total + term !== total; odd += 2) {
    term *= (z * z) / odd;
    total += term;
  }
  return total;
}

/** z + 1/(z + 2/(z + 3/(z + …))), from its far end (Abramowitz and Stegun 26.2.14). */
function continuedFraction(z: number): number {
  let value = z;
  for (let level = 100; level >= 1; level -= 1) value = z + level / value;
  return value;
}

/** The z with P(Z ≤ z) = p, for p in (0, 1). */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  // Newton's steps from 0: the tail is convex beyond it, so that they come from one side and never pass the root.
  let z = 0;
  for (let step = Infinity; step > 1e-15 * (1 + z); z += step) {
    step = (normalTail(z) - p) / density(z);
  }
  return -z;
}
