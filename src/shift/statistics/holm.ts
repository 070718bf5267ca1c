/** Many tests at once: p-values that keep the chance of any false alarm at the level. */

/**
 * Holm's step-down correction (Scand. J. Stat. 6, 65, 1979), in the order of the input.
 * @param pValues each in [0, 1]
 */
export function holm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
  const corrected = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * (pValues[index] ?? 1)));
    corrected[index] = largest;
  });
  return corrected;
}
