/** Medians and straight lines: all the statistics that the benchmarks need. */

/** The middle value, or the mean of the two in the middle; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [lower = NaN, upper = lower] = sorted.slice(
    Math.ceil(sorted.length / 2) - 1,
    Math.floor(sorted.length / 2) + 1,
  );
  return (lower + upper) / 2;
}

/** Slope of the least-squares line through (0, v₀), (1, v₁), …; NaN for fewer than two values. */
export function slope(values: readonly number[]): number {
  const center = (values.length - 1) / 2;
  const products = values.reduce((sum, value, i) => sum + (i - center) * value, 0);
  const squares = values.reduce((sum, _value, i) => sum + (i - center) ** 2, 0);
  return products / squares;
}
