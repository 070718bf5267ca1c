/** The shares of classes at which a quadratic is least. */

/** No share moves further than this in the last round. */
const tolerance = 1e-10;
const mostRounds = 10_000;

/**
 * Minimizes πᵀ·between·π − 2·πᵀ·toTarget over shares that sum to 1, moving mass between two classes at a time.
 * @param between symmetric, [C, C]
 * @param toTarget [C]
 * @param usable classes that may have a share, at least one
 */
export function leastShares(
  between: readonly (readonly number[])[],
  toTarget: readonly number[],
  usable: readonly boolean[],
): number[] {
  const labels = [...usable.keys()].filter((label) => usable[label]);
  const shares = usable.map((use) => (use ? 1 / labels.length : 0));
  const slope = (label: number): number =>
    shares.reduce((total, share, other) => total + share * (between[label]?.[other] ?? 0), 0) -
    (toTarget[label] ?? 0);
  const pairs = labels.flatMap((to) =>
    labels.filter((from) => from > to).map((from) => ({ to, from })),
  );
  for (let round = 0; round < mostRounds; round += 1) {
    let moved = 0;
    for (const { to, from } of pairs) {
      const [own, other, both] = [between[to]?.[to], between[from]?.[from], between[to]?.[from]];
      const step = bestStep(
        slope(to) - slope(from),
        (own ?? 0) + (other ?? 0) - 2 * (both ?? 0),
        -(shares[to] ?? 0),
        shares[from] ?? 0,
      );
      shares[to] = (shares[to] ?? 0) + step;
      shares[from] = (shares[from] ?? 0) - step;
      moved = Math.max(moved, Math.abs(step));
    }
    if (moved <= tolerance) break;
  }
  return shares;
}

/** Where slope·t + curvature·t²/2 is least in a range; sampling may leave a curvature that is not above 0. */
function bestStep(slope: number, curvature: number, low: number, high: number): number {
  if (curvature > 0) return Math.min(high, Math.max(low, -slope / curvature));
  const value = (step: number): number => slope * step + (curvature * step ** 2) / 2;
  return value(low) < value(high) ? low : high;
}
