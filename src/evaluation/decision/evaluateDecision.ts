/** What a decision rule makes of labeled images: calibration, operating point, prior shift, coverage, abstention. */
import { answers } from './answers.js';
import { largestInRows, rowsOf, sum } from '../arrays.js';
import { calibrationError } from '../metrics/calibrationError.js';
import { balancedAccuracy } from '../metrics/classRates.js';
import { confusionMatrix, diagonal } from '../metrics/confusion.js';
import { predictionSet } from './conformal.js';
import type { DecisionEvaluation, DecisionRule, OperatingPoint } from './decision.js';
import type { Estimate } from '../intervals/estimate.js';
import { brierScore, logLoss } from '../metrics/probabilityScores.js';
import { adjustToPrior, estimateShares, toTargetPrior } from './priorShift.js';
import { withTemperature } from './temperature.js';
import { rateEstimate } from '../intervals/wilson.js';

export interface DecidedImages {
  /** As the network gives them, row-major [N, classes]. */
  probabilities: ArrayLike<number>;
  /** True classes, [N], N at least 1. */
  labels: ArrayLike<number>;
  classes: readonly string[];
  /** Which images the out-of-distribution gate flags, [N]; null without a gate. */
  unfamiliar: readonly boolean[] | null;
}

/** Intervals are Wilson's, which take images to be independent. */
export function evaluateDecision(
  rule: DecisionRule,
  { probabilities, labels, classes, unfamiliar }: DecidedImages,
): DecisionEvaluation {
  const count = classes.length;
  const calibrated = withTemperature(probabilities, rule.temperature, count);
  const told = toTargetPrior(rule, calibrated);
  return {
    fittedOn: rule.fittedOn,
    temperature: rule.temperature,
    raw: calibrationFigures(probabilities, labels, count),
    calibrated: calibrationFigures(told, labels, count),
    operatingPoint: rule.operatingPoint && atPoint(rule.operatingPoint, told, labels, classes),
    priorShift: priorShift(rule, calibrated, labels),
    conformal: rule.conformal && coverage(rule.conformal, calibrated, labels, count),
    unfamiliar: unfamiliar && unfamiliar.filter(Boolean).length,
  };
}

function calibrationFigures(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): DecisionEvaluation['raw'] {
  return {
    brier: brierScore(probabilities, labels, classes),
    ece: calibrationError(probabilities, labels, classes),
    logLoss: logLoss(probabilities, labels, classes),
  };
}

function atPoint(
  point: OperatingPoint,
  told: Float64Array,
  labels: ArrayLike<number>,
  classes: readonly string[],
): DecisionEvaluation['operatingPoint'] {
  const matrix = confusionMatrix(labels, answers(told, classes, point), classes.length);
  const accuracy = rateEstimate(sum(diagonal(matrix)), labels.length);
  if (accuracy === null) return null;
  const positive = classes.indexOf(point.positive);
  const recall = (at: number): Estimate | null =>
    rateEstimate(matrix[at]?.[at] ?? 0, sum(matrix[at] ?? []));
  return {
    ...point,
    accuracy,
    sensitivity: recall(positive),
    specificity: recall(1 - positive),
    confusionMatrix: matrix,
  };
}

function priorShift(
  rule: DecisionRule,
  calibrated: Float64Array,
  labels: ArrayLike<number>,
): DecisionEvaluation['priorShift'] {
  const { prior: fittedPrior, targetPrior } = rule;
  const estimatedPrior = estimateShares(rule, calibrated);
  const adjusted = adjustToPrior(calibrated, fittedPrior, estimatedPrior);
  return {
    fittedPrior,
    ...(targetPrior && { targetPrior }),
    estimatedPrior,
    raw: accuracies(calibrated, labels, fittedPrior.length),
    adjusted: accuracies(adjusted, labels, fittedPrior.length),
  };
}

/** Of the most probable class. */
function accuracies(
  probabilities: Float64Array,
  labels: ArrayLike<number>,
  classes: number,
): DecisionEvaluation['priorShift']['raw'] {
  const matrix = confusionMatrix(labels, largestInRows(probabilities, classes), classes);
  return {
    accuracy: sum(diagonal(matrix)) / labels.length,
    balancedAccuracy: balancedAccuracy(matrix),
  };
}

function coverage(
  { alpha, thresholds }: { alpha: number; thresholds: number[] },
  calibrated: Float64Array,
  labels: ArrayLike<number>,
  classes: number,
): DecisionEvaluation['conformal'] {
  const sets = rowsOf(calibrated, classes).map((row) => predictionSet(row, thresholds));
  const covered = sets.map((set, index) => set.includes(labels[index] ?? -1));
  const single = sets.flatMap((set, index) => (set.length === 1 ? [covered[index] === true] : []));
  return {
    alpha,
    coverage: Array.from({ length: classes }, (_, label) => {
      const own = covered.filter((_, index) => labels[index] === label);
      return rateEstimate(own.filter(Boolean).length, own.length);
    }),
    meanSetSize: sum(sets.map((set) => set.length)) / sets.length,
    answered: single.length,
    accuracyOfAnswered: rateEstimate(single.filter(Boolean).length, single.length),
  };
}
