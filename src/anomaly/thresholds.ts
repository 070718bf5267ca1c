/** From which score on an image counts as an anomaly: rules by name, fitted on scores of labeled images. */
import { chooseOperatingPoint, conformalRank, imagesNeeded } from '../evaluation/index.js';
import { RoentgenError, invalidArgument } from '../native/index.js';
import type { AnomalyThreshold } from './types.js';

/** Scores of images, and which of them are anomalies. */
export interface LabeledScores {
  /** [N], at least 0. */
  scores: ArrayLike<number>;
  /** [N]. */
  anomalous: readonly boolean[];
}

type Rule = (labeled: LabeledScores) => number;

/** The rules by name, from what stands behind `=`; undefined where that makes no sense. */
const rules: Readonly<Record<string, (value: string) => Rule | undefined>> = {
  sigma: (value) => {
    const factor = readNumber(value);
    return Number.isFinite(factor) ? (labeled) => deviations(labeled, factor) : undefined;
  },
  rate: (value) => {
    const rate = readNumber(value);
    return rate > 0 && rate < 1 ? (labeled) => atRate(labeled, rate) : undefined;
  },
  youden: (value) => (value === '' ? youden : undefined),
};

function readNumber(text: string): number {
  return /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
}

/**
 * `sigma=k`: mean + k population standard deviations of the normal images' scores. `rate=x`: the share x of new normal
 * images is flagged on average, by the rank of split-conformal prediction. `youden`: where sensitivity + specificity is
 * largest, midway between two scores.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for anything else, and for too few normal images for the rate;
 * ERR_SINGLE_CLASS where `youden` has no anomalies to weigh
 */
export function chooseThreshold(
  rule: string,
  labeled: LabeledScores,
): Omit<AnomalyThreshold, 'on'> {
  const value = parseThresholdRule(rule)(labeled);
  const images = rule === 'youden' ? labeled.scores.length : normalScores(labeled).length;
  return { rule, value, images };
}

/** @throws RoentgenError ERR_INVALID_ARGUMENT */
export function parseThresholdRule(text: string): Rule {
  const [, name = '', value = ''] = /^(\w+)(?:=([^=]+))?$/.exec(text) ?? [];
  const rule = Object.hasOwn(rules, name) ? rules[name]?.(value) : undefined;
  if (rule) return rule;
  const expected = 'sigma=1 (mean + 1 standard deviation), rate=0.05 (of normal images) or youden';
  throw invalidArgument('threshold', expected, text);
}

function normalScores({ scores, anomalous }: LabeledScores): number[] {
  return Array.from(scores).filter((_, at) => anomalous[at] === false);
}

function deviations(labeled: LabeledScores, factor: number): number {
  const scores = normalScores(labeled);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
  return mean + factor * Math.sqrt(variance);
}

function atRate(labeled: LabeledScores, rate: number): number {
  const scores = normalScores(labeled).sort((a, b) => a - b);
  const threshold = scores[conformalRank(scores.length, rate) - 1];
  if (threshold !== undefined) return threshold;
  throw invalidArgument(
    'threshold',
    `a false-positive rate that ${scores.length} normal images can vouch for (${rate} takes ${imagesNeeded(rate)})`,
    `rate=${rate}`,
  );
}

function youden({ scores, anomalous }: LabeledScores): number {
  // Operating points are chosen among probabilities: s/(1 + s) keeps the order, and leads back.
  const shares = Array.from(scores, (score) => score / (1 + score));
  const point = chooseOperatingPoint(shares, anomalous, 'youden');
  if (point) return point.threshold / (1 - point.threshold);
  throw new RoentgenError(
    'ERR_SINGLE_CLASS',
    'The rule youden weighs normal images against anomalies, and the images to choose on are all of one kind: ' +
      'take sigma=1 or rate=0.05, which need normal images alone.',
  );
}
