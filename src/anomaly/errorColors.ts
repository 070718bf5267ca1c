/** Colors of an error map, from dark for none to bright for much: equal steps look equal, in gray as well. */

/** matplotlib's `inferno` at its quarters (van der Walt and Smith, 2015): red, green, blue. */
export const errorColors = [
  [0, 0, 4],
  [87, 16, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 164],
] as const;

/** Red, green and blue of a share in [0, 1]; what lies beyond has the color of that end. */
export function errorColor(share: number): number[] {
  const place = Math.max(0, Math.min(1, share)) * (errorColors.length - 1);
  const below = Math.min(Math.floor(place), errorColors.length - 2);
  const [from, to] = [errorColors[below] ?? [], errorColors[below + 1] ?? []];
  return from.map((value, channel) =>
    Math.round(value + (place - below) * ((to[channel] ?? 0) - value)),
  );
}
