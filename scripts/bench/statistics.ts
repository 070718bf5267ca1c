/** Medians and straight lines: all the statistics that the benchmarks need. */

/** The middle value, or the mean of the two in the middle; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (position: number): number => sorted[position] ?? NaN;
  const middle = (sorted.length - 1) / 2;
  return (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
}

/** Slope of the least-squares line through (0, v₀), (1, v₁), …; NaN for fewer than two values. */
export function slope(values: readonly number[]): number {
  const center = (values.length - 1) / 2;
  const products = values.reduce((sum, value, i) => sum + (i - center) * value, 0);
  const squares = values.reduce((sum, _value, i) => sum + (i - center) ** 2, 0);
  return products / squares;
}
