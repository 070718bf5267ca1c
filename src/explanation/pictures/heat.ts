/** A map in colors: alone, and over its image. */
import { quantile } from '../../evaluation/index.js';
import { methodOf } from '../methods.js';
import type { Explanation } from '../types.js';
import { colorTable, signedTable, type ColormapName, type ColorTable } from './colors.js';

/** How a map becomes colors. */
export interface HeatOptions {
  /** For maps without sign; those with one are blue, white and red. Default inferno. */
  colormap?: ColormapName | undefined;
  /** How far the color of the map's highest value covers the image, [0, 1]. Default 0.7. */
  opacity?: number | undefined;
}

export const defaultOpacity = 0.7;
export const defaultColormap: ColormapName = 'inferno';

/** A map as it is shown. */
export interface Heat {
  /** [H, W] in [0, 1], or [−1, 1] for a signed map. */
  values: Float32Array;
  signed: boolean;
  /** Value of `Explanation.map` at the end of the color scale; below 1, all above has the same color. */
  end: number;
  table: ColorTable;
}

export async function heatOf(
  { map, signed, method }: Pick<Explanation, 'map' | 'signed' | 'method'>,
  colormap: ColormapName = defaultColormap,
): Promise<Heat> {
  const { clipped = 0 } = methodOf(method);
  const end = clipped === 0 ? 1 : quantile(map.map(Math.abs).sort(), 1 - clipped) || 1;
  const values = map.map((value) => Math.max(-1, Math.min(1, value / end)));
  return { values, signed, end, table: signed ? await signedTable() : await colorTable(colormap) };
}

/** RGB bytes [H, W, 3] of the map alone. */
export function paint({ values, signed, table }: Omit<Heat, 'end'>): Uint8Array {
  const pixels = new Uint8Array(values.length * 3);
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? 0;
    const shade = 3 * Math.round(255 * (signed ? (value + 1) / 2 : value));
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[3 * at + channel] = table[shade + channel] ?? 0;
    }
  }
  return pixels;
}

/**
 * RGB bytes [H, W, 3] of an image under its map. The higher a value, the more its color covers: where nothing is found
 * the radiograph stays as it is.
 * @param image RGB bytes [H, W, 3]
 */
export function blend(image: Uint8Array, heat: Heat, opacity: number): Uint8Array {
  const colors = paint(heat);
  return colors.map((color, at) => {
    const share = opacity * Math.abs(heat.values[Math.floor(at / 3)] ?? 0);
    return Math.round((1 - share) * (image[at] ?? 0) + share * color);
  });
}
