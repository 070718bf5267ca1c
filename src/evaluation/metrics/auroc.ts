/** The ROC curve and the area under it (AUROC), for one class against the rest. */
import { sum } from '../arrays.js';
import { oneAgainstRest, rankScores, type ScoreRanking } from './scoreRanking.js';

/**
 * A ROC curve from (0, 0) to (1, 1), one point for each distinct score, tied scores merged. `thresholds`
 * falls; a score at or above the threshold counts as positive; the first is Infinity.
 */
export interface RocCurve {
  falsePositiveRate: number[];
  truePositiveRate: number[];
  thresholds: number[];
  /** Area under the curve by the trapezoid rule: the Mann–Whitney statistic, ties counted one half. */
  area: number;
}

/**
 * The ROC curve of `scores` for telling positives from negatives, or null where either is absent.
 * @param scores larger means more likely positive, [N]
 * @param positives which samples are positive, [N]
 */
export function rocCurve(
  scores: readonly number[],
  positives: readonly boolean[],
): RocCurve | null {
  const ranking = rankScores(scores, positives);
  const area = rankingArea(ranking);
  if (area === null) {
    return null;
  }
  const { thresholds, truePositives, falsePositives } = ranking;
  const share = (counts: readonly number[]): number[] => {
    const total = counts.at(-1) ?? 0;
    return [0, ...counts.map((count) => count / total)];
  };
  return {
    falsePositiveRate: share(falsePositives),
    truePositiveRate: share(truePositives),
    thresholds: [Infinity, ...thresholds],
    area,
  };
}

/** The area under the ROC curve of a ranking; null where it has no positives or no negatives. */
export function rankingArea({ truePositives, falsePositives }: ScoreRanking): number | null {
  const positives = truePositives.at(-1) ?? 0;
  const negatives = falsePositives.at(-1) ?? 0;
  if (positives === 0 || negatives === 0) {
    return null;
  }
  // Whole numbers until the one division at the end: exact, whatever the order of the samples.
  const twiceArea = truePositives.map((found, index) => {
    const foundBefore = truePositives[index - 1] ?? 0;
    const alarmsBefore = falsePositives[index - 1] ?? 0;
    return ((falsePositives[index] ?? 0) - alarmsBefore) * (found + foundBefore);
  });
  return sum(twiceArea) / (2 * positives * negatives);
}

/** The ROC curve of each class against the rest, by that class's probability; null where it is undefined. */
export function rocCurves(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): (RocCurve | null)[] {
  return oneAgainstRest(probabilities, labels, classes).map(({ scores, positives }) =>
    rocCurve(scores, positives),
  );
}
