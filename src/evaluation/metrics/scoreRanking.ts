/** How many positives and negatives score at least so much: what ROC and precision-recall curves are made of. */
import { rowsOf } from '../arrays.js';

/** One class against the rest: each image's score, and whether it is of the class. */
export interface ClassAgainstRest {
  /** The class's probability, [N]. */
  scores: number[];
  positives: boolean[];
}

/** Each class's problem in turn; `probabilities` row-major [N, classes], `labels` [N]. */
export function oneAgainstRest(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): ClassAgainstRest[] {
  const rows = rowsOf(probabilities, classes);
  const truth = Array.from(labels);
  return Array.from({ length: classes }, (_, index) => ({
    scores: rows.map((row) => row[index] ?? 0),
    positives: truth.map((label) => label === index),
  }));
}

/** One entry for each distinct score, from the largest down; a score at or above the threshold counts. */
export interface ScoreRanking {
  thresholds: number[];
  /** Positives at or above each threshold; the last entry is all of them. */
  truePositives: number[];
  falsePositives: number[];
}

/**
 * Ranks samples by score, tied scores merged.
 * @param scores larger means more likely positive, [N]
 * @param positives which samples are positive, [N]
 */
export function rankScores(scores: readonly number[], positives: readonly boolean[]): ScoreRanking {
  const order = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const ranking: ScoreRanking = { thresholds: [], truePositives: [], falsePositives: [] };
  let [truePositives, falsePositives] = [0, 0];
  order.forEach((sample, rank) => {
    if (positives[sample] === true) truePositives += 1;
    else falsePositives += 1;
    const score = scores[sample] ?? 0;
    const next = order[rank + 1];
    if (next !== undefined && scores[next] === score) return;
    ranking.thresholds.push(score);
    ranking.truePositives.push(truePositives);
    ranking.falsePositives.push(falsePositives);
  });
  return ranking;
}
