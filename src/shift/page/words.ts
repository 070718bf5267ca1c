/** Figures of a comparison as its page and the terminal word them. */
import type { Estimate } from '../../evaluation/index.js';

/** "0.843 (0.812 to 0.869)"; a dash for what is not defined. */
export function withInterval(estimate: Estimate | null): string {
  if (estimate === null) return '–';
  const { value, low, high } = estimate;
  return `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

/** "NORMAL 0.46, PNEUMONIA 0.54". */
export function withShares(classes: readonly string[], shares: readonly number[]): string {
  return classes.map((name, label) => `${name} ${(shares[label] ?? 0).toFixed(2)}`).join(', ');
}
