/** The few statistics that an audit needs. */

/**
 * How well one fact tells some values from others: the chance that one of `a` is above one of `b`,
 * ties by half (Mann & Whitney 1947). 0.5 says nothing; NaN where either is empty.
 */
export function separation(a: readonly number[], b: readonly number[]): number {
  const ranked = [
    ...a.map((value) => ({ value, above: 1 })),
    ...b.map((value) => ({ value, above: 0 })),
  ].sort((x, y) => x.value - y.value);
  let rankSum = 0;
  for (let at = 0; at < ranked.length;) {
    let end = at;
    let own = 0;
    while (end < ranked.length && ranked[end]?.value === ranked[at]?.value) {
      own += ranked[end]?.above ?? 0;
      end += 1;
    }
    rankSum += (own * (at + 1 + end)) / 2;
    at = end;
  }
  return (rankSum - (a.length * (a.length + 1)) / 2) / (a.length * b.length);
}

export function median(values: readonly number[]): number {
  const ascending = values.toSorted((x, y) => x - y);
  const [low, high] = [(ascending.length - 1) >> 1, ascending.length >> 1];
  return ((ascending[low] ?? NaN) + (ascending[high] ?? NaN)) / 2;
}

/**
 * Distances from the median in units of the median absolute deviation, scaled to equal standard
 * deviations where values are normal; `floor` is the least such unit.
 */
export function robustScores(values: readonly number[], floor: number): number[] {
  const middle = median(values);
  const spread = 1.4826 * median(values.map((value) => Math.abs(value - middle)));
  return values.map((value) => (value - middle) / Math.max(spread, floor));
}

/**
 * Pearson's χ² of a table of counts as a standard normal score (Wilson & Hilferty 1931): above 3.09
 * chance alone would do it once in 1,000 times. 0 for fewer than two rows or columns that hold anything.
 */
export function independenceScore(table: readonly (readonly number[])[]): number {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const rows = table.map(sum).filter((total) => total > 0);
  const columnTotals = (table[0] ?? []).map((_, column) =>
    sum(table.map((row) => row[column] ?? 0)),
  );
  const columns = columnTotals.filter((total) => total > 0);
  const freedom = (rows.length - 1) * (columns.length - 1);
  if (freedom < 1) return 0;
  const all = sum(rows);
  const squares = table.flatMap((row) =>
    row.map((count, column) => {
      const expected = (sum(row) * (columnTotals[column] ?? 0)) / all;
      return expected > 0 ? (count - expected) ** 2 / expected : 0;
    }),
  );
  const variance = 2 / (9 * freedom);
  return (Math.cbrt(sum(squares) / freedom) - (1 - variance)) / Math.sqrt(variance);
}
