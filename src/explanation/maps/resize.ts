/** Bilinear resizing of one map, as OpenCV's `resize` and PyTorch's `align_corners=False` do it. */

interface Size {
  height: number;
  width: number;
}

/** For each place along an axis the two values that it lies between, and the share of the second. */
function between(
  from: number,
  to: number,
): { first: Int32Array; second: Int32Array; share: Float64Array } {
  const axis = {
    first: new Int32Array(to),
    second: new Int32Array(to),
    share: new Float64Array(to),
  };
  for (let at = 0; at < to; at += 1) {
    // Pixels are areas: their centers are compared, and beyond the outermost centers values go on as they are.
    const center = Math.min(from - 1, Math.max(0, ((at + 0.5) * from) / to - 0.5));
    const below = Math.floor(center);
    axis.first[at] = below;
    axis.second[at] = Math.min(from - 1, below + 1);
    axis.share[at] = center - below;
  }
  return axis;
}

/** @param values row-major [from.height, from.width] */
export function resizeMap(values: Float32Array, from: Size, to: Size): Float32Array {
  if (from.height === to.height && from.width === to.width) return values.slice();
  const [rows, columns] = [between(from.height, to.height), between(from.width, to.width)];
  const wide = new Float64Array(from.height * to.width);
  for (let y = 0; y < from.height; y += 1) {
    for (let x = 0; x < to.width; x += 1) {
      const left = values[y * from.width + (columns.first[x] ?? 0)] ?? 0;
      const right = values[y * from.width + (columns.second[x] ?? 0)] ?? 0;
      wide[y * to.width + x] = left + (right - left) * (columns.share[x] ?? 0);
    }
  }
  const result = new Float32Array(to.height * to.width);
  for (let y = 0; y < to.height; y += 1) {
    const top = (rows.first[y] ?? 0) * to.width;
    const bottom = (rows.second[y] ?? 0) * to.width;
    const share = rows.share[y] ?? 0;
    for (let x = 0; x < to.width; x += 1) {
      const above = wide[top + x] ?? 0;
      result[y * to.width + x] = above + ((wide[bottom + x] ?? 0) - above) * share;
    }
  }
  return result;
}
