/** The ROC curve and the area under it (AUROC), for one class against the rest. */
import { rowsOf, sum } from './arrays.js';

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
  const byScore = scores
    .map((score, index) => ({ score, positive: positives[index] === true }))
    .sort((a, b) => b.score - a.score);
  const positiveCount = byScore.filter(({ positive }) => positive).length;
  const negativeCount = byScore.length - positiveCount;
  if (positiveCount === 0 || negativeCount === 0) {
    return null;
  }
  const points = [{ threshold: Infinity, truePositives: 0, falsePositives: 0 }];
  let [truePositives, falsePositives] = [0, 0];
  byScore.forEach(({ score, positive }, index) => {
    truePositives += positive ? 1 : 0;
    falsePositives += positive ? 0 : 1;
    if (byScore[index + 1]?.score !== score) {
      points.push({ threshold: score, truePositives, falsePositives });
    }
  });
  // Whole numbers until the one division at the end: exact, whatever the order of the samples.
  const twiceArea = points.map((point, index) => {
    const before = points[index - 1] ?? point;
    return (
      (point.falsePositives - before.falsePositives) * (point.truePositives + before.truePositives)
    );
  });
  return {
    falsePositiveRate: points.map((point) => point.falsePositives / negativeCount),
    truePositiveRate: points.map((point) => point.truePositives / positiveCount),
    thresholds: points.map((point) => point.threshold),
    area: sum(twiceArea) / (2 * positiveCount * negativeCount),
  };
}

/** The ROC curve of each class against the rest, by that class's probability; null where it is undefined. */
export function rocCurves(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): (RocCurve | null)[] {
  const rows = rowsOf(probabilities, classes);
  const truth = Array.from(labels);
  return Array.from({ length: classes }, (_, index) =>
    rocCurve(
      rows.map((row) => row[index] ?? 0),
      truth.map((label) => label === index),
    ),
  );
}

/**
 * The plain mean of the classes' one-vs-rest areas, as scikit-learn's
 * `roc_auc_score(multi_class='ovr', average='macro')`. Null as soon as one class has no area: a mean over
 * fewer classes would not be comparable.
 */
export function macroAuroc(areas: readonly (number | null)[]): number | null {
  const defined = areas.filter((area) => area !== null);
  return defined.length === areas.length ? sum(defined) / areas.length : null;
}
