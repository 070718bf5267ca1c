/** Color scales of maps, and the ticks beside them. */

/** For maps without sign. All but jet are perceptually even: equal steps look equal, also to the color-blind. */
export const colormapNames = ['inferno', 'magma', 'viridis', 'jet'] as const;
/** A color map for maps without sign. */
export type ColormapName = (typeof colormapNames)[number];

const shades = 256;

/** 256 colors of three bytes, from the lowest to the highest value. */
export type ColorTable = Uint8Array;

/** What is used of Vega's scales, which its types leave open. */
interface VegaScales {
  scheme: (name: string) => (value: number) => string;
  scale: (kind: 'linear') => () => LinearScale;
}
interface LinearScale {
  domain: (ends: readonly [number, number]) => LinearScale;
  ticks: (count: number) => number[];
  tickFormat: (count: number, specifier: string) => (value: number) => string;
}

/** Loaded with the first picture: a program that draws none does not wait for it. */
async function loadScales(): Promise<VegaScales> {
  return await import('vega');
}

/** Blue to red in which yellow is the brightest, as MATLAB and OpenCV have it: edges show where the values have none. */
function jet(value: number): [number, number, number] {
  const ramp = (center: number): number =>
    Math.round(255 * Math.min(1, Math.max(0, 1.5 - Math.abs(4 * value - center))));
  return [ramp(3), ramp(2), ramp(1)];
}

function tableOf(colorAt: (value: number) => readonly number[]): ColorTable {
  const rows = Array.from({ length: shades }, (_, shade) => colorAt(shade / (shades - 1)));
  return Uint8Array.from(rows.flat());
}

const numbersOf = (color: string): number[] => (color.match(/\d+/g) ?? []).map(Number);

/** Of maps in [0, 1]. */
export async function colorTable(name: ColormapName): Promise<ColorTable> {
  if (name === 'jet') return tableOf(jet);
  const colorOf = (await loadScales()).scheme(name);
  return tableOf((value) => numbersOf(colorOf(value)));
}

/** Of maps in [−1, 1]: blue against the class, white for nothing, red for it. */
export async function signedTable(): Promise<ColorTable> {
  const colorOf = (await loadScales()).scheme('redblue');
  return tableOf((value) => numbersOf(colorOf(1 - value)));
}

export interface Tick {
  value: number;
  label: string;
}

/** Some four round numbers from `low` to `high`. */
export async function ticksBetween(low: number, high: number): Promise<Tick[]> {
  const scale = (await loadScales()).scale('linear')().domain([low, high]);
  const format = scale.tickFormat(4, '~g');
  return scale.ticks(4).map((value) => ({ value, label: format(value) }));
}
