/** How far a rate that was counted may be from the true one. */
import type { Estimate } from './estimate.js';
import { z95 as z } from './normal.js';

/**
 * Wilson's 95% score interval for a rate (J. Am. Stat. Assoc. 22, 209, 1927): unlike ± 1.96 standard errors it
 * stays in [0, 1], and is honest near its ends. Images count as independent, so where patients have several it is
 * somewhat too narrow.
 * @param rate in [0, 1]
 * @param count what it is a rate of, at least 1
 */
export function wilsonInterval(rate: number, count: number): [low: number, high: number] {
  const spread = z ** 2 / count;
  const middle = (rate + spread / 2) / (1 + spread);
  const half = (z * Math.sqrt((rate * (1 - rate) + spread / 4) / count)) / (1 + spread);
  // Rounding may carry the ends of a rate of 0 or 1 past it, or not quite there.
  return [Math.min(rate, Math.max(0, middle - half)), Math.max(rate, Math.min(1, middle + half))];
}

/** `hits` of `count` as a rate with Wilson's interval; null for 0 of 0. */
export function rateEstimate(hits: number, count: number): Estimate | null {
  if (count === 0) return null;
  const [low, high] = wilsonInterval(hits / count, count);
  return { value: hits / count, low, high, method: 'wilson' };
}
