/** The last rung: other shares of the classes, believed where two estimates without labels agree. */
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
