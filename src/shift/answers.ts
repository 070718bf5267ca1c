/** What a model's answers say of a collection without labels: accuracy, shares of the classes, familiarity. */
import { estimateShares, rateEstimate, type Estimate } from '../evaluation/index.js';
import { estimateAccuracy, type AccuracyEstimates } from './estimates.js';
import type { Answers } from './seen.js';
import type { Side } from './side.js';
import type { SourceSide } from './source.js';
import type { MixedDiscrepancy } from './statistics/classShares.js';
import type { SharesOfClasses } from './types.js';

/** Of the bootstrap. */
const draws = 1000;

/** The images of the source, and what the model makes of them. */
export interface Answered {
  side: SourceSide;
  answers: Answers;
  classes: number;
}

/** Null for a source that the model learned from. Throws ERR_INVALID_ARGUMENT for a seed out of range. */
export function accuracyOn(
  { side, answers, classes }: Answered,
  target: Pick<Side, 'groups'>,
  { probabilities }: Pick<Answers, 'probabilities'>,
  seed: number,
): AccuracyEstimates | null {
  if (!side.heldOut) return null;
  const { labels, groups } = side;
  const labeled = { probabilities: answers.probabilities, labels, groups };
  const unlabeled = { probabilities, groups: target.groups };
  return estimateAccuracy(labeled, unlabeled, classes, { draws, seed });
}

/** By answers as `estimateShares`, the rule being the source's own; by embeddings those of the least discrepancy. */
export function sharesOn(
  { side, answers, classes }: Answered,
  { probabilities }: Pick<Answers, 'probabilities'>,
  { shares }: Pick<MixedDiscrepancy, 'shares'>,
): SharesOfClasses {
  const each = [...Array(classes).keys()];
  const { labels } = side;
  const source = each.map((label) => labels.filter((own) => own === label).length / labels.length);
  const meanProbabilities = each.map((label) => {
    const ofClass = answers.probabilities.filter((_, at) => at % classes === label);
    return ofClass.reduce((total, value) => total + value, 0) / labels.length;
  });
  const rule = { prior: source, meanProbabilities };
  return { source, byAnswers: estimateShares(rule, probabilities), byEmbeddings: shares };
}

/** What a gate lets through; null for a model without one. */
export function acceptedShare({ accepted }: Pick<Answers, 'accepted'>): Estimate | null {
  return accepted && rateEstimate(accepted.filter(Boolean).length, accepted.length);
}

/** That of the source beside that of the target. */
export function acceptedOfBoth(
  sourceAnswers: Pick<Answers, 'accepted'>,
  targetAnswers: Pick<Answers, 'accepted'>,
): { source: Estimate; target: Estimate } | null {
  const [source, target] = [acceptedShare(sourceAnswers), acceptedShare(targetAnswers)];
  return source && target && { source, target };
}
