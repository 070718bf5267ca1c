/** Deletion and insertion (Petsiuk, Das & Saenko, BMVC 2018): what the most important pixels do to the answer. */
import { combineSeeds } from '../../data/index.js';
import { displaced, rankBins } from './ranking.js';
import { probabilitiesOfParts, type Subject } from './subject.js';
import type { Measures } from './types.js';

/** Steps from the whole image to none of it: 5% of the pixels each. */
const steps = 20;

/**
 * Areas under the probability while pixels go, and while they come back, the most important first: of a good map the
 * first is small and the second large. Beside them the mean areas of the same map moved to `draws` random places.
 * @param map [H, W]
 */
export async function measureCurves(
  subject: Subject,
  map: Float32Array,
  { draws, seed }: { draws: number; seed: number },
): Promise<Partial<Measures>> {
  const bins = rankBins(map, Math.min(steps, map.length), seed);
  const own = await curveAreas(subject, bins);
  const chance = { deletion: 0, insertion: 0 };
  for (let draw = 0; draw < draws; draw += 1) {
    const moved = displaced(bins, subject, combineSeeds(seed, draw));
    const areas = await curveAreas(subject, moved);
    chance.deletion += areas.deletion / draws;
    chance.insertion += areas.insertion / draws;
  }
  return { ...own, deletionChance: chance.deletion, insertionChance: chance.insertion };
}

async function curveAreas(
  subject: Subject,
  bins: Int32Array,
): Promise<{ deletion: number; insertion: number }> {
  const count = bins.reduce((most, bin) => Math.max(most, bin), 0) + 1;
  const stairs = (shown: (bin: number, step: number) => boolean): Uint8Array =>
    Uint8Array.from({ length: (count + 1) * count }, (_, at) =>
      shown(at % count, Math.floor(at / count)) ? 1 : 0,
    );
  const gone = await probabilitiesOfParts(
    subject,
    bins,
    stairs((bin, step) => bin >= step),
  );
  const back = await probabilitiesOfParts(
    subject,
    bins,
    stairs((bin, step) => bin < step),
  );
  return { deletion: areaUnder(gone), insertion: areaUnder(back) };
}

/** By trapezoids over [0, 1]. */
function areaUnder(curve: readonly number[]): number {
  const ends = ((curve.at(0) ?? 0) + (curve.at(-1) ?? 0)) / 2;
  return (curve.reduce((sum, value) => sum + value, 0) - ends) / (curve.length - 1);
}
