/** Medians, percentiles, rates and straight lines: all the statistics that the benchmarks need. */

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

/** The smallest value that at least `share` of them do not exceed (nearest rank); NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** Milliseconds within which the answers of one batch arrive. */
const together = 1;

/**
 * Answers per second after the first that came after `from`, until the last: counted between answers, a batch is in it
 * whole or not at all.
 */
export function rateAfter(from: number, answers: readonly number[]): number {
  const seen = answers.filter((time) => time >= from);
  const [first, last] = [seen[0] ?? NaN, seen.at(-1) ?? NaN];
  const counted = seen.filter((time) => time > first + together).length;
  return (1000 * counted) / (last - first);
}
