/** The two-sample Kolmogorov–Smirnov test: whether two samples can be of one distribution. */

export interface KolmogorovSmirnov {
  /** Largest distance of the two empirical distribution functions, [0, 1]. */
  statistic: number;
  /** Two-sided; exact for distinct values, and too large rather than too small where values are tied. */
  pValue: number;
}

/**
 * As `scipy.stats.ks_2samp` with its exact method.
 * @param a at least one value, none NaN
 * @param b the same
 */
export function kolmogorovSmirnov(a: readonly number[], b: readonly number[]): KolmogorovSmirnov {
  const statistic = largestDistance(a, b);
  // The distance times both sizes is a whole number.
  const steps = Math.round(statistic * a.length * b.length);
  return { statistic, pValue: chanceToReach(steps, a.length, b.length) };
}

/** The largest distance of two samples' distribution functions, [0, 1]. */
export function largestDistance(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
  let [i, j, largest] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i] ?? 0, y[j] ?? 0);
    while (x[i] === value) i += 1;
    while (y[j] === value) j += 1;
    largest = Math.max(largest, Math.abs(i * y.length - j * x.length));
  }
  return largest / (x.length * y.length);
}

/**
 * Share of the orders in which n and m values can mix that come to this distance (Hodges, Ark. Mat. 3, 469, 1958): such
 * an order is a path from (0, 0) to (n, m), and of all paths to a point i/(i + j) come from the left.
 */
function chanceToReach(steps: number, n: number, m: number): number {
  const reached = new Float64Array(m + 1);
  for (let i = 0; i <= n; i += 1) {
    for (let j = 0; j <= m; j += 1) {
      if (Math.abs(i * m - j * n) >= steps) reached[j] = 1;
      else if (i + j > 0) {
        reached[j] = ((reached[j] ?? 0) * i + (j > 0 ? (reached[j - 1] ?? 0) : 0) * j) / (i + j);
      }
    }
  }
  return reached[m] ?? 1;
}
