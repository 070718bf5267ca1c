/** An evaluation for the contents of tests: seeded answers, and figures that no two places share. */
import type {
  DecisionEvaluation,
  Estimate,
  IntervalMethod,
  MetricIntervals,
} from '../../../src/evaluation/index.js';
import { evaluateClassification } from '../../../src/evaluation/index.js';
import type { EvaluatedSplit } from '../../../src/report/index.js';
import { randomSource } from '../../evaluation/fixtures.js';

/** A figure with ends that no other figure has, so that a mix-up shows. */
function estimate(value: number | null, method: IntervalMethod, width: number): Estimate | null {
  return value === null
    ? null
    : { value, low: Math.max(-1, value - width), high: Math.min(1, value + width / 2), method };
}

function intervalsOf(metrics: EvaluatedSplit['metrics'], groups: number): MetricIntervals {
  const { macro, weighted, binary } = metrics;
  return {
    confidence: 0.95,
    draws: 2000,
    seed: 42,
    images: metrics.samples,
    groups,
    overall: {
      accuracy: estimate(metrics.accuracy, 'wilson', 0.021),
      balancedAccuracy: estimate(macro.recall, 'bootstrap', 0.022),
      mcc: estimate(2 * metrics.accuracy - 1, 'bootstrap', 0.023),
      auroc: estimate(metrics.auroc, 'delong', 0.024),
      averagePrecision: estimate(metrics.accuracy / 2, 'bootstrap', 0.025),
      brier: estimate(1 - metrics.accuracy, 'bootstrap', 0.026),
      ece: estimate(3.3e-7, 'bootstrap', 1e-7),
      macroPrecision: estimate(macro.precision, 'bootstrap', 0.027),
      macroRecall: estimate(macro.recall, 'bootstrap', 0.028),
      macroF1: estimate(macro.f1, 'bootstrap', 0.029),
      weightedPrecision: estimate(weighted.precision, 'bootstrap', 0.03),
      weightedRecall: estimate(weighted.recall, 'bootstrap', 0.031),
      weightedF1: estimate(weighted.f1, 'bootstrap', 0.032),
      sensitivity: estimate(binary?.sensitivity ?? null, 'wilson', 0.033),
      specificity: estimate(binary?.specificity ?? null, 'wilson', 0.034),
    },
    perClass: metrics.perClass.map((scores) => ({
      class: scores.class,
      precision: estimate(scores.precision, 'wilson', 0.041),
      recall: estimate(scores.recall, 'wilson', 0.042),
      f1: estimate(scores.f1, 'bootstrap', 0.043),
      specificity: estimate(scores.recall / 2, 'wilson', 0.044),
      npv: null,
      balancedAccuracy: estimate(scores.recall / 3, 'bootstrap', 0.045),
      mcc: estimate(scores.recall / 4, 'bootstrap', 0.046),
      auroc: estimate(scores.auroc, 'delong', 0.047),
      averagePrecision: estimate(scores.f1 / 2, 'bootstrap', 0.048),
    })),
  };
}

function decisionOf(metrics: EvaluatedSplit['metrics']): DecisionEvaluation {
  const { classes, accuracy, confusionMatrix } = metrics;
  const share = 1 / classes.length;
  const rate: Estimate = { value: accuracy, low: accuracy - 0.02, high: 1, method: 'wilson' };
  return {
    temperature: 1.37,
    raw: { brier: 0.211, ece: 0.112, logLoss: 0.513 },
    calibrated: { brier: 0.207, ece: 0.034, logLoss: 0.457 },
    operatingPoint:
      classes.length === 2
        ? {
            rule: 'sensitivity=0.97',
            positive: classes[1] ?? '',
            threshold: 0.731,
            accuracy: rate,
            sensitivity: { ...rate, value: 0.9731 },
            specificity: null,
            confusionMatrix,
          }
        : null,
    priorShift: {
      fittedPrior: classes.map(() => share),
      estimatedPrior: classes.map(() => share),
      raw: { accuracy, balancedAccuracy: 0.777 },
      adjusted: { accuracy: 0.888, balancedAccuracy: null },
    },
    conformal: {
      alpha: 0.1,
      coverage: classes.map((_, index) => (index === 0 ? null : { ...rate, value: 0.913 })),
      meanSetSize: 1.234,
      answered: 555,
      accuracyOfAnswered: { ...rate, value: 0.944 },
    },
    unfamiliar: 7,
  };
}

/** Seeded answers that are right more often than not; the last quarter of images shares its groups. */
export function evaluatedSplit(
  classes: readonly string[],
  split: { name: string; data: string; dataHash: string; images: number; seed: number },
): EvaluatedSplit {
  const random = randomSource(split.seed);
  const labels = Array.from({ length: split.images }, (_, index) => index % classes.length);
  const probabilities = labels.flatMap((label) => {
    const weights = classes.map((_, index) => random() + (index === label ? 0.4 : 0));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
  const metrics = evaluateClassification({ probabilities, labels, classes });
  const names = labels.map((_, index) => `${split.name}/${String(index)}.png`);
  const groups = names.map((_, index) => `P${String(Math.min(index, (split.images * 3) / 4))}`);
  return {
    name: split.name,
    data: split.data,
    dataHash: split.dataHash,
    metrics,
    intervals: intervalsOf(metrics, new Set(groups).size),
    decision: decisionOf(metrics),
    predictions: { filenames: names, groups, labels, probabilities },
    gallery: [
      {
        filename: names[0] ?? '',
        thumbnail: 'data:image/jpeg;base64,',
        prediction: classes[1] ?? '',
        truth: classes[0] ?? '',
        probability: 0.99,
      },
    ],
  };
}
