/** The 95% intervals of all metrics of one evaluation. */
import { sum } from '../arrays.js';
import { bootstrapIntervals, defaultDraws, groupImages } from './bootstrap.js';
import { binaryCounts } from '../metrics/classRates.js';
import { aurocEstimate } from './delong.js';
import type { Estimate } from './estimate.js';
import {
  evaluateClassification,
  type ClassificationMetrics,
  type LabeledProbabilities,
} from '../metrics/evaluateClassification.js';
import { oneAgainstRest } from '../metrics/scoreRanking.js';
import { WeightedFigures, type DrawnOverall, type DrawnPerClass } from './weightedFigures.js';
import { rateEstimate } from './wilson.js';

export const overallFigures = [
  'accuracy',
  'balancedAccuracy',
  'mcc',
  'auroc',
  'averagePrecision',
  'brier',
  'ece',
  'macroPrecision',
  'macroRecall',
  'macroF1',
  'weightedPrecision',
  'weightedRecall',
  'weightedF1',
  'sensitivity',
  'specificity',
] as const;
export type OverallFigure = (typeof overallFigures)[number];

export const classFigures = [
  'precision',
  'recall',
  'f1',
  'specificity',
  'npv',
  'balancedAccuracy',
  'mcc',
  'auroc',
  'averagePrecision',
] as const;
export type ClassFigure = (typeof classFigures)[number];

/** Null where a figure is undefined; sensitivity and specificity overall exist with two classes. */
export interface MetricIntervals {
  /** Share of repetitions whose interval would hold the true value. */
  confidence: number;
  /** Of the bootstrap. */
  draws: number;
  seed: number;
  images: number;
  /** Patients: what the bootstrap draws. */
  groups: number;
  overall: Record<OverallFigure, Estimate | null>;
  /** In class order. */
  perClass: ({ class: string } & Record<ClassFigure, Estimate | null>)[];
}

/** Labeled probabilities with patients, and the bootstrap of these. */
export interface IntervalInput extends LabeledProbabilities {
  /** The patient of each image, [N]; '' or none at all: every image is a patient of its own. */
  groups?: readonly string[] | undefined;
  /** An integer in 0 … 2⁵³ − 1; default 0. The same seed gives the same intervals. */
  seed?: number | undefined;
  /** Of the bootstrap, at least 100; default 2,000. */
  draws?: number | undefined;
}

/**
 * Every figure of `evaluateClassification` with its 95% interval. Rates (accuracy, precision, recall, specificity,
 * NPV) have Wilson's, areas under one ROC curve DeLong's; both count images as independent. All others, and the
 * macro average of several ROC areas, have the bootstrap's, which draws patients with all their images. That of the
 * calibration error speaks of the binned figure: chance in each bin keeps it above 0 even for a perfectly calibrated
 * model.
 * @throws RoentgenError ERR_INVALID_ARGUMENT as `evaluateClassification`, and for wrong `groups`, `seed` or `draws`
 */
export function metricIntervals(input: IntervalInput): MetricIntervals {
  const { probabilities, labels, classes, groups, seed = 0, draws = defaultDraws } = input;
  const metrics = evaluateClassification(input);
  const positive = metrics.binary === null ? null : classes.indexOf(metrics.binary.positive);
  const figures = new WeightedFigures({ probabilities, labels, classes: classes.length, positive });
  const grouping = groupImages(labels.length, groups);
  const drawn = bootstrapIntervals(
    grouping,
    figures.size,
    (weights, out) => {
      figures.evaluate(weights, out);
    },
    { draws, seed },
  );
  const bootstrap = (value: number | null, index: number): Estimate | null => {
    const [low, high] = drawn[index] ?? [];
    if (value === null || low === undefined || high === undefined) return null;
    // The bootstrap adds up in another order, so that its last bits may differ.
    return { value, low: Math.min(low, value), high: Math.max(high, value), method: 'bootstrap' };
  };
  const perClass = classEstimates(metrics, input, (value, index, figure) =>
    bootstrap(value, figures.classIndex(index, figure)),
  );
  const overall = (value: number | null, figure: DrawnOverall): Estimate | null =>
    bootstrap(value, figures.overallIndex(figure));
  const { macro, weighted } = metrics;
  const accuracy = rateEstimate(
    sum(metrics.confusionMatrix.map((row, index) => row[index] ?? 0)),
    metrics.samples,
  );
  const ofPositive = positive === null ? undefined : perClass[positive];
  return {
    confidence: 0.95,
    draws,
    seed,
    images: metrics.samples,
    groups: grouping.count,
    overall: {
      accuracy,
      balancedAccuracy: overall(metrics.balancedAccuracy, 'balancedAccuracy'),
      mcc: overall(metrics.mcc, 'mcc'),
      auroc: ofPositive === undefined ? overall(metrics.auroc, 'auroc') : ofPositive.auroc,
      averagePrecision: overall(metrics.averagePrecision, 'averagePrecision'),
      brier: overall(metrics.brier, 'brier'),
      ece: overall(metrics.ece, 'ece'),
      macroPrecision: overall(macro.precision, 'macroPrecision'),
      macroRecall: overall(macro.recall, 'macroRecall'),
      macroF1: overall(macro.f1, 'macroF1'),
      weightedPrecision: overall(weighted.precision, 'weightedPrecision'),
      // The same number as the accuracy, so it has the same interval.
      weightedRecall: accuracy,
      weightedF1: overall(weighted.f1, 'weightedF1'),
      sensitivity: ofPositive?.recall ?? null,
      specificity: ofPositive?.specificity ?? null,
    },
    perClass,
  };
}

function classEstimates(
  metrics: ClassificationMetrics,
  { probabilities, labels, classes }: LabeledProbabilities,
  bootstrap: (value: number | null, index: number, figure: DrawnPerClass) => Estimate | null,
): MetricIntervals['perClass'] {
  const problems = oneAgainstRest(probabilities, labels, classes.length);
  return metrics.perClass.map((scores, index) => {
    const counts = binaryCounts(metrics.confusionMatrix, index);
    const { truePositives, falsePositives, falseNegatives, trueNegatives } = counts;
    const problem = problems[index] ?? { scores: [], positives: [] };
    const defined = truePositives + falsePositives + falseNegatives > 0;
    return {
      class: scores.class,
      precision: rateEstimate(truePositives, truePositives + falsePositives),
      recall: rateEstimate(truePositives, truePositives + falseNegatives),
      f1: bootstrap(defined ? scores.f1 : null, index, 'f1'),
      specificity: rateEstimate(trueNegatives, trueNegatives + falsePositives),
      npv: rateEstimate(trueNegatives, trueNegatives + falseNegatives),
      balancedAccuracy: bootstrap(scores.balancedAccuracy, index, 'balancedAccuracy'),
      mcc: bootstrap(scores.mcc, index, 'mcc'),
      auroc: aurocEstimate(problem.scores, problem.positives),
      averagePrecision: bootstrap(scores.averagePrecision, index, 'averagePrecision'),
    };
  });
}
