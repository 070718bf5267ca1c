/** Colors as CIELAB, in which distances are about as large as they look. */

/** Linear sRGB to XYZ (IEC 61966-2-1); each row adds up to the white point's coordinate. */
const toXyz = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
] as const;

/** D65 for an observer of 2°, as scikit-image has it. */
const white = [0.95047, 1, 1.08883] as const;

/**
 * CIELAB of sRGB (CIE 15:2004), L in 0 … 100.
 * @param rgb [3, H, W] in [0, 1]; one plane stands for three equal ones
 * @returns [H, W, 3]
 */
export function toLab(rgb: Float64Array, channels: number): Float64Array {
  const plane = rgb.length / channels;
  const lab = new Float64Array(plane * 3);
  for (let pixel = 0; pixel < plane; pixel += 1) {
    const red = linear(rgb[pixel] ?? 0);
    const green = channels === 3 ? linear(rgb[plane + pixel] ?? 0) : red;
    const blue = channels === 3 ? linear(rgb[2 * plane + pixel] ?? 0) : red;
    const [x, y, z] = toXyz.map(([r, g, b], axis) =>
      compressed((r * red + g * green + b * blue) / (white[axis] ?? 1)),
    ) as [number, number, number];
    lab.set([116 * y - 16, 500 * (x - y), 200 * (y - z)], pixel * 3);
  }
  return lab;
}

function linear(value: number): number {
  return value > 0.04045 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92;
}

function compressed(value: number): number {
  return value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116;
}
