/** Sensitivity, specificity and their kin at a threshold, computed alike in Node and in the page. */

export interface ExplorerFigures {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
  /** Rates are null where they would be 0/0. */
  sensitivity: number | null;
  specificity: number | null;
  ppv: number | null;
  npv: number | null;
  accuracy: number | null;
}

/**
 * An image is positive at a score of `threshold` or more. The page's script holds this function's text: it must not
 * use anything from outside itself.
 */
export function explorerFigures(
  scores: readonly number[],
  positives: readonly boolean[],
  threshold: number,
): ExplorerFigures {
  const counts = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };
  scores.forEach((score, image) => {
    const answer = score >= threshold;
    if (positives[image] === true) {
      counts[answer ? 'truePositives' : 'falseNegatives'] += 1;
    } else {
      counts[answer ? 'falsePositives' : 'trueNegatives'] += 1;
    }
  });
  const { truePositives, falsePositives, falseNegatives, trueNegatives } = counts;
  const share = (part: number, rest: number): number | null =>
    part + rest === 0 ? null : part / (part + rest);
  return {
    ...counts,
    sensitivity: share(truePositives, falseNegatives),
    specificity: share(trueNegatives, falsePositives),
    ppv: share(truePositives, falsePositives),
    npv: share(trueNegatives, falseNegatives),
    accuracy: share(truePositives + trueNegatives, falsePositives + falseNegatives),
  };
}
