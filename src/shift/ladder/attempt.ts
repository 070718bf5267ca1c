/** One attempt at the ladder: the target under repairs, and what that gains over how it stands. */
import type { Repair } from '../../data/index.js';
import { loadModel, type Model } from '../../inference/index.js';
import { mixedOf } from '../embeddingDrift.js';
import { acceptedShare, accuracyOn } from '../answers.js';
import { answersOf, type Answers } from '../seen.js';
import type { MixedDiscrepancies } from '../statistics/classShares.js';
import type { ModelStudy, Study } from '../study.js';
import type { ShiftHooks, ShiftOptions } from '../types.js';
import { errorOfGain } from './gain.js';
import type { Trial } from './types.js';

/** The target as a model sees it under repairs. */
export interface Standing {
  repairs: readonly Repair[];
  answers: Answers;
  mixed: MixedDiscrepancies;
}

export interface Climb {
  study: Study;
  ofModel: ModelStudy;
  options: ShiftOptions;
  hooks: ShiftHooks;
}

/** A gain counts from this many standard errors on: with a dozen rungs tried, chance comes so far once in sixty times. */
export const leastGain = 3;

/** The target under these repairs. Throws as `answersOf` and `decodeImages`; ABORT_ERR. */
export async function standUnder(
  { study, ofModel, options, hooks }: Climb,
  repairs: readonly Repair[],
): Promise<Standing> {
  using side = await study.target.repaired(repairs);
  return { repairs, ...(await standingOf(ofModel.model, side, { ofModel, options, hooks })) };
}

/**
 * The same with batch normalization that has the target's statistics.
 * @throws RoentgenError ERR_UNSUPPORTED for a network without batch normalization, and as `standUnder`
 */
export async function standAdapted(
  { study, ofModel, options, hooks }: Climb,
  repairs: readonly Repair[],
): Promise<Standing> {
  using model = await loadModel(ofModel.model.path);
  using side = await study.target.repaired(repairs);
  const { dataset, positions: indices } = side;
  const { batchSize = 64 } = options;
  const { signal } = hooks;
  await model.inside.estimateStatistics(dataset, { indices, batchSize }, { signal });
  return { repairs, ...(await standingOf(model, side, { ofModel, options, hooks })) };
}

async function standingOf(
  model: Model,
  side: Parameters<typeof answersOf>[1],
  { ofModel, options, hooks: { signal } }: Pick<Climb, 'ofModel' | 'options' | 'hooks'>,
): Promise<Omit<Standing, 'repairs'>> {
  const answers = await answersOf(model, side, options, signal);
  const mixed = await mixedOf(ofModel.reference, answers.embeddings, signal);
  return { answers, mixed };
}

/** What `after` gains over `before`; an outcome other than `kept` says why it is not to be kept. */
export function judge(
  before: Standing,
  after: Standing,
  { study, ofModel, options }: Climb,
): Omit<Trial, 'round' | 'rung' | 'title'> {
  const groups = { source: study.source.groups, target: study.target.groups };
  const [then, now] = [before.mixed.least, after.mixed.least];
  const gain = then.squared - now.squared;
  const error = errorOfGain(then, now, groups);
  return {
    ...{ remaining: now.squared, gain, error, reason: null },
    accepted: acceptedShare(after.answers)?.value ?? null,
    accuracy:
      accuracyOn(ofModel.source, study.target, after.answers, options.seed ?? 0)?.atc ?? null,
    outcome: gain > leastGain * error ? 'kept' : 'noise',
  };
}
