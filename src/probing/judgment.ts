/** What a probe's answers prove: figures with intervals, and the rule by which a shortcut is flagged. */
import {
  aurocDraws,
  evaluateClassification,
  quantile,
  type GroupedAnswers,
} from '../evaluation/index.js';
import type { Judgment, ProbeFinding, ProbeVerdict } from './types.js';

/**
 * The margin above chance that matters: an AUROC of 0.6 is a difference of the classes' means by 0.36 standard
 * deviations, between what Cohen (1988) calls small and medium. Below it a shortcut that is there moves few answers.
 */
const margin = 0.6;
const errorRate = 0.05;
/** With fewer patients of a class, intervals are too short: resampling knows no patient whom it never saw. */
const fewestGroups = 10;

export const rule =
  `A probe that cannot see disease proves a shortcut where its AUROC is above ${margin.toFixed(2)} even at the lower ` +
  'end of a one-sided 95% interval, corrected (Bonferroni) for the number of such probes; the interval comes from a ' +
  `bootstrap of patients, at least ${fewestGroups} of each class. Probes that may see disease only inform.`;

/** A judgment, and the AUROC of each bootstrap sample, ascending. */
export interface Judged extends Judgment {
  areas: Float64Array;
}

/** Scores answers on the validation part. */
export function judge(images: GroupedAnswers, classes: readonly string[], seed: number): Judged {
  const { probabilities, labels } = images;
  const metrics = evaluateClassification({ probabilities, labels, classes });
  const areas = aurocDraws(images, seed);
  const known = metrics.auroc !== null && areas.length > 0;
  return {
    accuracy: metrics.accuracy,
    balancedAccuracy: balancedAccuracy(metrics.confusionMatrix),
    auroc: metrics.auroc,
    aurocInterval: known ? [quantile(areas, 0.025), quantile(areas, 0.975)] : null,
    areas,
  };
}

function balancedAccuracy(confusionMatrix: readonly (readonly number[])[]): number {
  const recalls = confusionMatrix.flatMap((row, label) => {
    const support = row.reduce((sum, count) => sum + count, 0);
    return support === 0 ? [] : (row[label] ?? 0) / support;
  });
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

export interface Circumstances {
  /** How many probes decide: each gets its part of the error rate. */
  deciding: number;
  enoughGroups: boolean;
  /** Balanced accuracy of one who knows nothing. */
  chance: number;
  model: Judgment | null;
}

/** What a judged probe comes to. */
export function conclude(
  { name, title, decides }: Pick<ProbeFinding, 'name' | 'title' | 'decides'>,
  { areas, ...judgment }: Judged,
  { deciding, enoughGroups, chance, model }: Circumstances,
): ProbeFinding {
  const aurocLowerBound = judgment.auroc === null ? null : quantile(areas, errorRate / deciding);
  const beyondMargin = aurocLowerBound !== null && aurocLowerBound > margin;
  const decided: ProbeVerdict = beyondMargin ? 'shortcut' : 'notFlagged';
  const verdict = !decides ? 'informs' : enoughGroups ? decided : 'tooFew';
  return {
    ...{ name, title, decides, verdict },
    ...judgment,
    aurocLowerBound,
    explainedShare: model && explainedShare(judgment, model, chance),
    flagged: verdict === 'shortcut',
  };
}

/** 0 for a probe below chance; null where the model itself is not above it. */
function explainedShare(probe: Judgment, model: Judgment, chance: number): number | null {
  const gained = model.balancedAccuracy - chance;
  return gained > 0 ? Math.max(0, probe.balancedAccuracy - chance) / gained : null;
}

/** Whether each class that occurs has enough patients. */
export function hasEnoughGroups(labels: ArrayLike<number>, groups: readonly string[]): boolean {
  const byLabel = new Map<number, Set<string>>();
  groups.forEach((group, row) => {
    const label = labels[row] ?? -1;
    byLabel.set(label, (byLabel.get(label) ?? new Set()).add(group));
  });
  return [...byLabel.values()].every(({ size }) => size >= fewestGroups);
}
