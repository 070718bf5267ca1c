/** Distances of rows in one matrix. */

/** Numbers added up between two looks at the limit. */
const stride = 8;

/**
 * The squared Euclidean distance of two stretches of `width` numbers, added up in double precision.
 * @param limit where the distance is larger, any number above the limit may be returned
 */
export function squaredDistance(
  values: Float32Array | Float64Array,
  a: number,
  b: number,
  width: number,
  limit = Infinity,
): number {
  let total = 0;
  for (let start = 0; start < width && total <= limit; start += stride) {
    const end = Math.min(width, start + stride);
    for (let at = start; at < end; at += 1) {
      const difference = (values[a + at] ?? 0) - (values[b + at] ?? 0);
      total += difference * difference;
    }
  }
  return total;
}
