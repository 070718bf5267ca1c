/** Repairs as people read them. */
import type { Repair } from '../types.js';

const words: { [Kind in Repair['kind']]: (repair: Extract<Repair, { kind: Kind }>) => string } = {
  invert: () => 'inverted',
  cropBorder: ({ tolerance }) => `border cropped (tolerance ${tolerance})`,
  window: ({ lower, upper }) => `windowed from percentile ${lower} to ${upper}`,
  clahe: ({ tiles, clipLimit }) => `CLAHE with ${tiles}×${tiles} tiles (clip limit ${clipLimit})`,
  matchHistogram: ({ quantiles }) => `histogram matched to ${quantiles.length} quantiles`,
};

/** "inverted, windowed from percentile 1 to 99"; "none" of none. */
export function formatRepairs(repairs: readonly Repair[] = []): string {
  const said = repairs.map((repair) => {
    const say = words[repair.kind] as (repair: Repair) => string;
    return say(repair);
  });
  return said.join(', ') || 'none';
}
