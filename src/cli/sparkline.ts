/** A curve in one line of text. */

/**
 * The whole series in at most `columns` characters, each the mean of its share of the values, from the least to the
 * greatest mean. Values that are not finite are left out; equal ones lie in the middle.
 * @param levels characters for heights, from the lowest; at least one
 */
export function sparkline(
  values: readonly number[],
  columns: number,
  levels: readonly string[],
): string {
  const finite = values.filter((value) => Number.isFinite(value));
  const count = Math.min(columns, finite.length);
  const means = Array.from({ length: count }, (_, column) => {
    const from = Math.floor((column * finite.length) / count);
    const to = Math.floor(((column + 1) * finite.length) / count);
    return finite.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
  });
  const low = Math.min(...means);
  const span = Math.max(...means) - low;
  const top = levels.length - 1;
  return means
    .map((mean) => levels[span > 0 ? Math.round(((mean - low) / span) * top) : top >> 1] ?? '')
    .join('');
}
