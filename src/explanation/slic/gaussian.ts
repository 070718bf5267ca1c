/** Gaussian smoothing of an image. */

/** Standard deviations that the kernel reaches, as SciPy's `gaussian_filter`. */
const reach = 4;

/**
 * Smooths over height and width as SciPy's `gaussian_filter` does in mode `reflect`: at the edges the image is
 * mirrored, its last row twice.
 * @param image [H, W, depth]
 * @param sigma in pixels, at least 0
 */
export function gaussian(
  image: Float64Array,
  { height, width, depth }: { height: number; width: number; depth: number },
  sigma: number,
): Float64Array {
  if (sigma === 0) return image;
  const kernel = gaussianKernel(sigma);
  const down = smoothed(image, { length: height, stride: width * depth }, kernel);
  return smoothed(down, { length: width, stride: depth }, kernel);
}

/** One half, from the middle outward; the whole adds up to 1. */
function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.floor(reach * sigma + 0.5);
  const half = Float64Array.from({ length: radius + 1 }, (_, distance) =>
    Math.exp((-0.5 / sigma ** 2) * distance ** 2),
  );
  const total = half.reduce((sum, weight, distance) => sum + (distance === 0 ? 1 : 2) * weight, 0);
  return half.map((weight) => weight / total);
}

/** Along one axis, whose neighbors lie `stride` values apart. */
function smoothed(
  image: Float64Array,
  { length, stride }: { length: number; stride: number },
  kernel: Float64Array,
): Float64Array {
  const result = new Float64Array(image.length);
  const radius = kernel.length - 1;
  for (let at = 0; at < image.length; at += 1) {
    const place = Math.floor(at / stride) % length;
    const start = at - place * stride;
    let total = (image[at] ?? 0) * (kernel[0] ?? 0);
    for (let distance = radius; distance > 0; distance -= 1) {
      const before = image[start + mirrored(place - distance, length) * stride] ?? 0;
      const behind = image[start + mirrored(place + distance, length) * stride] ?? 0;
      total += (before + behind) * (kernel[distance] ?? 0);
    }
    result[at] = total;
  }
  return result;
}

/** d c b a | a b c d | d c b a, as often as it takes. */
function mirrored(place: number, length: number): number {
  const period = 2 * length;
  const within = ((place % period) + period) % period;
  return within < length ? within : period - 1 - within;
}
