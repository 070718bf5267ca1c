/** The last rung: other shares of the classes, believed where nothing else has changed and two estimates agree. */
import type { Estimate } from '../../evaluation/index.js';
import type { SharesOfClasses } from '../types.js';

/** Total variation distance: half the sum of the differences. */
const tolerance = 0.1;

/**
 * Where the classes look different from the source's, both estimates are wrong, but in different ways: that by answers
 * (Saerens et al. 2002) by what the images do to probabilities, that by embeddings (Zhang et al. 2013) by where they move.
 */
export function sharesAgree({
  byAnswers,
  byEmbeddings,
}: Pick<SharesOfClasses, 'byAnswers' | 'byEmbeddings'>): boolean {
  const apart = byAnswers.map((share, label) => Math.abs(share - (byEmbeddings[label] ?? 0)));
  return apart.reduce((total, distance) => total + distance, 0) / 2 <= tolerance;
}

/**
 * Whether a gate refuses more of the target than it would if only the shares of the classes differed from the source's.
 * Of what it refuses of the source, at most all is of the rarest class; were the target of that class alone, it would
 * refuse 1 / share times as much. The end of each 95% interval is taken that speaks for shares alone.
 * @param accepted share of images that the gate lets through
 * @param shares of the source's classes
 */
export function refusedForLooks(
  accepted: { source: Estimate; target: Estimate },
  shares: readonly number[],
): boolean {
  const rarest = Math.min(...shares.filter((share) => share > 0));
  return 1 - accepted.target.high > (1 - accepted.source.low) / rarest;
}
