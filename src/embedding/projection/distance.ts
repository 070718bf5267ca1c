/** Distances of rows in one matrix. */

/** The squared Euclidean distance of two stretches of `width` numbers, added up in double precision. */
export function squaredDistance(
  values: Float32Array | Float64Array,
  a: number,
  b: number,
  width: number,
): number {
  let total = 0;
  for (let at = 0; at < width; at += 1) {
    const difference = (values[a + at] ?? 0) - (values[b + at] ?? 0);
    total += difference * difference;
  }
  return total;
}
