/** The AUROC of each bootstrap sample of patients, for bounds at levels other than an interval's. */
import { bootstrapDraws, defaultDraws, groupImages } from './bootstrap.js';
import { drawnOverall, WeightedFigures } from './weightedFigures.js';

export interface GroupedAnswers {
  /** Row-major [N, classes]. */
  probabilities: ArrayLike<number>;
  /** True classes, [N]. */
  labels: ArrayLike<number>;
  /** Patients, [N]. */
  groups: readonly string[];
  classes: number;
}

/**
 * Ascending: of two classes that of the second, of more the macro average. Samples in which it is undefined are left
 * out, so that there may be none. The same seed gives the same areas.
 */
export function aurocDraws(
  { probabilities, labels, groups, classes }: GroupedAnswers,
  seed: number,
): Float64Array {
  const positive = classes === 2 ? 1 : null;
  const figures = new WeightedFigures({ probabilities, labels, classes, positive });
  const drawn = bootstrapDraws(
    groupImages(labels.length, groups),
    figures.size,
    (weights, out) => {
      figures.evaluate(weights, out);
    },
    { draws: defaultDraws, seed },
  );
  const areas = drawn[drawnOverall.indexOf('auroc')] ?? new Float64Array();
  return areas.filter((area) => !Number.isNaN(area)).sort();
}
