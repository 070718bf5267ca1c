/** The last rung: other shares of the classes, believed where two estimates without labels agree. */
import type { SharesOfClasses } from '../types.js';
import type { TrialOutcome } from './types.js';

/**
 * Total variation distance (half the sum of the differences) beyond which shares are others. It is what either estimate
 * misses by on a few hundred images.
 */
const tolerance = 0.1;

/**
 * The answers' estimate (Saerens et al. 2002) is wrong where images of a class look different, and the embeddings' (Zhang
 * et al. 2013) where they do so within the network: in different ways.
 */
export function judgeShares({ source, byAnswers, byEmbeddings }: SharesOfClasses): TrialOutcome {
  if (distance(byAnswers, byEmbeddings) > tolerance) return 'disagreeing';
  return distance(byAnswers, source) > tolerance && distance(byEmbeddings, source) > tolerance
    ? 'kept'
    : 'same';
}

function distance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, share, label) => total + Math.abs(share - (b[label] ?? 0)), 0) / 2;
}
