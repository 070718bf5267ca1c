/** The precision-recall curve and its average precision, for one class against the rest. */
import { sum } from '../arrays.js';
import { oneAgainstRest, rankScores, type ScoreRanking } from './scoreRanking.js';

/**
 * A precision-recall curve from recall 0 (precision 1, by convention) to recall 1, one point for each distinct
 * score, tied scores merged. `thresholds` falls; a score at or above the threshold counts as positive; the first
 * is Infinity. It is a staircase: between two points the precision is that of the second.
 */
export interface PrCurve {
  recall: number[];
  precision: number[];
  thresholds: number[];
  /** Images at or above the threshold: what the precision is a share of. */
  claimed: number[];
  /** Σ (Rₙ − Rₙ₋₁) Pₙ over the points, without interpolation. */
  averagePrecision: number;
}

/**
 * The precision-recall curve of `scores`, or null where there are no positives.
 * @param scores larger means more likely positive, [N]
 * @param positives which samples are positive, [N]
 */
export function prCurve(scores: readonly number[], positives: readonly boolean[]): PrCurve | null {
  const ranking = rankScores(scores, positives);
  const area = rankingAveragePrecision(ranking);
  if (area === null) {
    return null;
  }
  const { thresholds, truePositives, falsePositives } = ranking;
  const total = truePositives.at(-1) ?? 0;
  return {
    recall: [0, ...truePositives.map((count) => count / total)],
    precision: [1, ...precisions(ranking)],
    thresholds: [Infinity, ...thresholds],
    claimed: [0, ...truePositives.map((found, index) => found + (falsePositives[index] ?? 0))],
    averagePrecision: area,
  };
}

/** The curve of each class against the rest, by that class's probability; null for a class without images. */
export function prCurves(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): (PrCurve | null)[] {
  return oneAgainstRest(probabilities, labels, classes).map(({ scores, positives }) =>
    prCurve(scores, positives),
  );
}

/** Average precision of a ranking; null where it has no positives. */
export function rankingAveragePrecision(ranking: ScoreRanking): number | null {
  const { truePositives } = ranking;
  const total = truePositives.at(-1) ?? 0;
  if (total === 0) {
    return null;
  }
  const steps = precisions(ranking).map(
    (precision, index) =>
      ((truePositives[index] ?? 0) - (truePositives[index - 1] ?? 0)) * precision,
  );
  return sum(steps) / total;
}

function precisions({ truePositives, falsePositives }: ScoreRanking): number[] {
  return truePositives.map((found, index) => found / (found + (falsePositives[index] ?? 0)));
}
