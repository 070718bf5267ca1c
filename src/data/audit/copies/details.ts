/** A picture's details, whatever its brightness and contrast, which is how pictures are compared. */

/** Variance, in squared gray levels, below which there is noise and no detail: flat regions stay flat. */
const noise = 4;

/**
 * Each value less the mean of its surroundings, in units of their standard deviation. `radius` is
 * that of a box that passes twice; bright bones and dark borders then weigh as much as faint marks.
 */
export function detailsOf(square: Float32Array, size: number, radius: number): Float32Array {
  const mean = blur(square, size, radius);
  const residual = square.map((value, at) => value - (mean[at] ?? 0));
  const variance = blur(
    residual.map((value) => value * value),
    size,
    radius,
  );
  return residual.map((value, at) => value / Math.sqrt((variance[at] ?? 0) + noise));
}

function blur(square: Float32Array, size: number, radius: number): Float32Array {
  const pass = (plane: Float32Array): Float32Array =>
    boxMeans(boxMeans(plane, size, radius, 1, size), size, radius, size, 1);
  return pass(pass(square));
}

/** Means over 2·radius + 1 neighbors, fewer at the ends, along lines whose values are `step` apart. */
function boxMeans(
  plane: Float32Array,
  size: number,
  radius: number,
  step: number,
  lineStep: number,
): Float32Array {
  const means = new Float32Array(plane.length);
  for (let line = 0; line < size; line += 1) {
    const start = line * lineStep;
    let [sum, count] = [0, 0];
    for (let at = -radius; at < size; at += 1) {
      const [entering, leaving] = [at + radius, at - radius - 1];
      if (entering < size) {
        sum += plane[start + entering * step] ?? 0;
        count += 1;
      }
      if (leaving >= 0) {
        sum -= plane[start + leaving * step] ?? 0;
        count -= 1;
      }
      if (at >= 0) means[start + at * step] = sum / count;
    }
  }
  return means;
}
