/** The rungs of the repair ladder that change pixels, in the order in which they are applied. */
import type { Repair } from '../../data/index.js';
import { borderTolerance } from '../imageFigures.js';

export interface PixelRung {
  name: Repair['kind'];
  title: string;
  /** Rungs of one stage exclude each other, and stages follow one another. */
  stage: 'polarity' | 'frame' | 'tone';
  /** @param quantiles of the source's brightness, as `referenceQuantiles` gives them */
  repair: (quantiles: readonly number[]) => Repair;
}

export const stages = ['polarity', 'frame', 'tone'] as const;

/** The values are those that the literature and its libraries start from. */
export const pixelRungs: readonly PixelRung[] = [
  { name: 'invert', title: 'inversion', stage: 'polarity', repair: () => ({ kind: 'invert' }) },
  {
    name: 'cropBorder',
    title: 'border crop',
    stage: 'frame',
    repair: () => ({ kind: 'cropBorder', tolerance: borderTolerance }),
  },
  {
    name: 'window',
    title: 'percentile window',
    stage: 'tone',
    repair: () => ({ kind: 'window', lower: 1, upper: 99 }),
  },
  {
    name: 'clahe',
    title: 'CLAHE',
    stage: 'tone',
    repair: () => ({ kind: 'clahe', tiles: 8, clipLimit: 2 }),
  },
  {
    name: 'matchHistogram',
    title: 'histogram matching',
    stage: 'tone',
    repair: (quantiles) => ({ kind: 'matchHistogram', quantiles }),
  },
];

/** In the order of the stages; those that were there before come first. */
export function inOrder(rungs: readonly PixelRung[]): PixelRung[] {
  return rungs.toSorted((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage));
}
