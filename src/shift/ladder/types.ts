/** What was tried on the repair ladder, and what came of it. */
import type { Repair } from '../../data/index.js';
import type { Estimate } from '../../evaluation/index.js';

export type RungName = Repair['kind'] | 'adaBN' | 'prior';

export const outcomes = {
  kept: 'kept',
  outdone: 'another one does more',
  noise: 'no better than chance',
  otherShift: 'not only shares differ',
  disagreeing: 'the two estimates of the shares differ too much',
  notApplicable: 'not applicable',
} as const;
export type TrialOutcome = keyof typeof outcomes;

/** One repair that was tried, and what it did to unlabeled images. */
export interface Trial {
  /** From 1 on; each round tries rungs on top of what the one before has kept. */
  round: number;
  rung: RungName;
  title: string;
  /** MMD² to the source's classes in any shares; null where the rung does not change embeddings. */
  remaining: number | null;
  /** By how much that is less than before, and the standard error of this. */
  gain: number | null;
  error: number | null;
  /** Share of images that the gate lets through, for information; null without a gate. */
  accepted: number | null;
  /** Estimated without labels; null without labeled images of the source. For information: nothing is chosen by it. */
  accuracy: Estimate | null;
  outcome: TrialOutcome;
  /** Why a rung is not applicable. */
  reason: string | null;
}

/** The repairs that were tried one on top of the other, and those that were kept. */
export interface Ladder {
  criterion: string;
  trials: Trial[];
  /** What was kept, in words. */
  kept: string[];
  /** All repairs that the new model makes. */
  repairs: Repair[];
  adaBN: boolean;
  prior: boolean;
  /** MMD² that is left before and after, and what halves of the source come to. */
  before: number;
  after: number;
  usual: number;
  /** Share of images that the gate lets through before and after; null without a gate. */
  accepted: { before: number; after: number } | null;
}
