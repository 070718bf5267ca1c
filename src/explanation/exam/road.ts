/** ROAD, remove and debias (Rong et al., ICML 2022): removed pixels are filled in so that their outline is not seen. */
import { setImmediate } from 'node:timers/promises';
import { combineSeeds } from '../../data/index.js';
import { imputeImage } from './imputation.js';
import { rankBins } from './ranking.js';
import { probabilitiesOfImages, type Subject } from './subject.js';
import type { Measures } from './types.js';

/** 10%, 20%, … 90% of the pixels are removed, as in pytorch-grad-cam's `ROADCombined`. */
const tenths = 10;

/**
 * Mean changes of the probability where the most relevant pixels go first (MoRF) and where the least relevant ones do
 * (LeRF), and half their difference: 0 for a map that knows nothing, at most ½. Pixels count by rank where
 * pytorch-grad-cam takes percentiles of the map: the same but where values are equal.
 * @param map [H, W]
 */
export async function measureRoad(
  subject: Subject,
  map: Float32Array,
  seed: number,
): Promise<Partial<Measures>> {
  const bins = rankBins(map, tenths, seed);
  const removals = [
    (share: number) => bins.map((bin) => (bin < share ? 1 : 0)),
    (share: number) => bins.map((bin) => (bin >= tenths - share ? 1 : 0)),
  ];
  const variations = [subject.pixels];
  for (const removal of removals) {
    for (let share = 1; share < tenths; share += 1) {
      // Solving takes a while: others have their turn between.
      await setImmediate();
      const removed = Uint8Array.from(removal(share));
      const noise = combineSeeds(seed, variations.length);
      variations.push(imputeImage(subject.pixels, removed, { ...subject, seed: noise }));
    }
  }
  const [whole = 0, ...left] = await probabilitiesOfImages(subject, variations);
  const change = (of: readonly number[]): number =>
    of.reduce((sum, probability) => sum + probability - whole, 0) / of.length;
  const [roadMorf, roadLerf] = [change(left.slice(0, tenths - 1)), change(left.slice(tenths - 1))];
  return { roadMorf, roadLerf, road: (roadLerf - roadMorf) / 2 };
}
