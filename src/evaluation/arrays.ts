/** Sums, and row-major matrices as rows. */

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * The plain mean, as scikit-learn's `average='macro'`; null as soon as one class has no value, since a mean over
 * fewer classes would not be comparable.
 */
export function macroMean(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null);
  return defined.length === values.length ? sum(defined) / values.length : null;
}

/** The rows of a row-major matrix, as plain arrays. */
export function rowsOf(matrix: ArrayLike<number>, width: number): number[][] {
  const cells = Array.from(matrix);
  return Array.from({ length: cells.length / width }, (_, row) =>
    cells.slice(row * width, (row + 1) * width),
  );
}

/** The mean of all rows of a row-major matrix that has some. */
export function meanRow(matrix: Float64Array, width: number): number[] {
  const totals = Array<number>(width).fill(0);
  matrix.forEach((value, index) => {
    totals[index % width] = (totals[index % width] ?? 0) + value;
  });
  return totals.map((total) => (total * width) / matrix.length);
}

/** Position of the largest value in each row; the first one where several are equal. */
export function largestInRows(matrix: ArrayLike<number>, width: number): number[] {
  return rowsOf(matrix, width).map((row) => row.indexOf(Math.max(...row)));
}

/** The middle value, or halfway between the two in the middle; 0 of none. */
export function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}

/** The value below which a share `level` of ascending values lies, interpolated as NumPy's default; 0 of none. */
export function quantile(sorted: ArrayLike<number>, level: number): number {
  const position = level * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? 0;
  return below + (above - below) * (position % 1);
}
