/** The population stability index: how differently two samples fill the bins of the first. */
import { quantile } from '../../evaluation/index.js';

const bins = 10;
/** Counted into every bin, so that an empty one does not make the index infinite. */
const smoothing = 0.5;

export interface StabilityIndex {
  value: number;
  /** What two samples of one distribution come to on average (Yurdakul, Western Michigan Univ. diss., 2018). */
  expected: number;
}

/**
 * Σ (q − p) ln(q / p) over ten bins that hold equally many values of `a`, as credit scoring has it (Siddiqi, Credit
 * Risk Scorecards, 2006). A value that fills more than one bin of `a` has a bin of its own.
 * @param a at least one value, none NaN
 * @param b the same
 */
export function stabilityIndex(a: readonly number[], b: readonly number[]): StabilityIndex {
  const binOf = binsOf(Float64Array.from(a).sort());
  const keys = [...new Set([...a, ...b].map(binOf))];
  const [p, q] = [sharesIn(a, binOf, keys), sharesIn(b, binOf, keys)];
  const value = keys.reduce((total, _, at) => {
    const [before, after] = [p[at] ?? 0, q[at] ?? 0];
    return total + (after - before) * Math.log(after / before);
  }, 0);
  return { value, expected: (keys.length - 1) * (1 / a.length + 1 / b.length) };
}

/** The bin of a value, as a number that grows with it. */
function binsOf(sorted: Float64Array): (value: number) => number {
  const edges = Array.from({ length: bins - 1 }, (_, at) => quantile(sorted, (at + 1) / bins));
  const repeated = new Set(edges.filter((edge, at) => edge === edges[at - 1]));
  return (value) =>
    edges.filter((edge) => edge < value || (edge === value && repeated.has(edge))).length +
    edges.filter((edge) => edge < value && repeated.has(edge)).length;
}

function sharesIn(
  values: readonly number[],
  binOf: (value: number) => number,
  keys: readonly number[],
): number[] {
  const counts = new Map(keys.map((key) => [key, smoothing]));
  for (const value of values) counts.set(binOf(value), (counts.get(binOf(value)) ?? 0) + 1);
  const total = values.length + smoothing * keys.length;
  return keys.map((key) => (counts.get(key) ?? 0) / total);
}
