/** Repairs that give each brightness another, wherever in the image it is. */
import type { Repair } from '../types.js';
import { brightnessOf, histogramOf, levels, quantileOf, type Picture } from './picture.js';

type Settings<Kind extends Repair['kind']> = Extract<Repair, { kind: Kind }>;

/** [256] what becomes of each level; out of range is clipped. */
type Curve = Uint8ClampedArray;

export function invert(picture: Picture): Picture {
  return throughCurve(
    picture,
    curveOf((level) => levels - 1 - level),
  );
}

/**
 * Percentiles are levels that pixels have, so that windowing twice is windowing once. An image of one level between
 * them is left as it is.
 */
export function window(picture: Picture, { lower, upper }: Settings<'window'>): Picture {
  const brightness = brightnessOf(picture);
  const histogram = histogramOf(brightness);
  const [black, white] = [lower, upper].map((percentage) =>
    quantileOf(histogram, brightness.length, percentage / 100),
  ) as [number, number];
  if (black === white) return picture;
  return throughCurve(
    picture,
    curveOf((level) => ((level - black) / (white - black)) * (levels - 1)),
  );
}

/**
 * The level that as many pixels do not exceed becomes the reference's level of the same kind: Gonzalez & Woods,
 * "Digital Image Processing", section 3.3, as scikit-image's `match_histograms`.
 */
export function matchHistogram(
  picture: Picture,
  { quantiles }: Settings<'matchHistogram'>,
): Picture {
  const brightness = brightnessOf(picture);
  const histogram = histogramOf(brightness);
  let passed = 0;
  return throughCurve(
    picture,
    curveOf((level) => {
      passed += histogram[level] ?? 0;
      return between(quantiles, passed / brightness.length);
    }),
  );
}

/** Where `share`, 0 … 1, of the way through the values is. */
function between(values: readonly number[], share: number): number {
  const position = share * (values.length - 1);
  const below = values[Math.floor(position)] ?? 0;
  const above = values[Math.ceil(position)] ?? 0;
  return below + (above - below) * (position % 1);
}

/** Rounded to the nearest level, halves to even: a clamped array's way and NumPy's. */
function curveOf(become: (level: number) => number): Curve {
  return Uint8ClampedArray.from({ length: levels }, (_, level) => become(level));
}

/** All channels go through the curve of the luminance: gray stays gray, and color keeps its hue by and large. */
function throughCurve(picture: Picture, curve: Curve): Picture {
  const { pixels } = picture;
  const changed = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 1) changed[at] = curve[pixels[at] ?? 0] ?? 0;
  return { ...picture, pixels: changed };
}
