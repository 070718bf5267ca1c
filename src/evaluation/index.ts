/** How good a classifier's answers are: metrics, intervals, comparisons, decisions, and the predictions file. */
export { rocCurve, rocCurves } from './metrics/auroc.js';
export type { RocCurve } from './metrics/auroc.js';
export { prCurve, prCurves } from './metrics/averagePrecision.js';
export type { PrCurve } from './metrics/averagePrecision.js';
export { calibrationBins, calibrationError, reliabilityBins } from './metrics/calibrationError.js';
export type { ReliabilityBin } from './metrics/calibrationError.js';
export { balancedAccuracy } from './metrics/classRates.js';
export type { ClassRates } from './metrics/classRates.js';
export { formatReport, reportObject } from './metrics/classificationReport.js';
export type {
  ClassScores,
  ClassificationReport,
  ScikitScores,
  Scores,
  ZeroDivision,
} from './metrics/classificationReport.js';
export { confusionCsv, confusionMatrix, formatConfusion, rowPercent } from './metrics/confusion.js';
export type { ConfusionMatrix } from './metrics/confusion.js';
export { evaluateClassification } from './metrics/evaluateClassification.js';
export type {
  BinaryMetrics,
  ClassificationMetrics,
  ClassMetrics,
  LabeledProbabilities,
} from './metrics/evaluateClassification.js';
export { formatMetrics } from './metrics/formatMetrics.js';
export { metricDirection, metricNames, metricValue } from './metrics/metricNames.js';
export type { Direction, EpochEvaluation, MetricName } from './metrics/metricNames.js';
export { brierScore, logLoss } from './metrics/probabilityScores.js';
export { reconstructionMetrics } from './metrics/reconstruction.js';
export type { ReconstructionMetrics } from './metrics/reconstruction.js';
export { aurocDraws } from './intervals/aurocDraws.js';
export type { GroupedAnswers } from './intervals/aurocDraws.js';
export { bootstrapIntervals, defaultDraws, groupImages } from './intervals/bootstrap.js';
export type { BootstrapOptions, Grouping, WeightedEvaluation } from './intervals/bootstrap.js';
export { aurocDifference, aurocEstimate, midRanks } from './intervals/delong.js';
export type { AurocDifference } from './intervals/delong.js';
export { intervalMethods } from './intervals/estimate.js';
export type { Estimate, IntervalMethod } from './intervals/estimate.js';
export { classFigures, metricIntervals, overallFigures } from './intervals/metricIntervals.js';
export type {
  ClassFigure,
  IntervalInput,
  MetricIntervals,
  OverallFigure,
} from './intervals/metricIntervals.js';
export { randomIntegers } from './intervals/random.js';
export { rateEstimate, wilsonInterval } from './intervals/wilson.js';
export { aggregateSeeds, formatAggregate } from './comparison/aggregateSeeds.js';
export type { SeedAggregate, SeedSummary } from './comparison/aggregateSeeds.js';
export { compareModels } from './comparison/compareModels.js';
export type { CompareOptions } from './comparison/compareModels.js';
export { comparedFigures } from './comparison/comparison.js';
export type { ComparedFigure, FigureDifference, ModelComparison } from './comparison/comparison.js';
export { mcnemarTest } from './comparison/mcnemar.js';
export type { McNemarTest } from './comparison/mcnemar.js';
export { formatPValue, signed } from './comparison/verdict.js';
export { answers } from './decision/answers.js';
export {
  conformalRank,
  conformalThresholds,
  imagesNeeded,
  predictionSet,
} from './decision/conformal.js';
export type {
  Abstention,
  DecisionEvaluation,
  DecisionRule,
  OperatingPoint,
  OperatingRule,
} from './decision/decision.js';
export { evaluateDecision } from './decision/evaluateDecision.js';
export type { DecidedImages } from './decision/evaluateDecision.js';
export { fitDecision } from './decision/fitDecision.js';
export type { DecisionSettings, FittedDecision, FittingImages } from './decision/fitDecision.js';
export { formatDecision } from './decision/formatDecision.js';
export { choleskyFactor, mahalanobisDistance } from './decision/mahalanobis.js';
export { chooseOperatingPoint, parseOperatingRule } from './decision/operatingPoint.js';
export type { ChosenPoint } from './decision/operatingPoint.js';
export {
  adjustToPrior,
  estimatePrior,
  estimateShares,
  toTargetPrior,
} from './decision/priorShift.js';
export type { PriorEstimate } from './decision/priorShift.js';
export { shrunkCovariance } from './decision/shrunkCovariance.js';
export type { ShrunkCovariance } from './decision/shrunkCovariance.js';
export {
  fitTemperature,
  logProbabilities,
  temperatureRange,
  withTemperature,
} from './decision/temperature.js';
export { largestInRows, median, quantile, rowsOf } from './arrays.js';
export { csvLine } from './csv.js';
export { wrap } from './text.js';
export { enterLedger, ledgerFile, readLedger, testReads } from './ledger.js';
export type { LedgerEntry } from './ledger.js';
export { formatPredictions, predictionsFormats, writePredictions } from './predictions.js';
export type { Predictions, PredictionsFormat } from './predictions.js';
export { outputKinds, toProbabilities } from './probabilities.js';
export { ttaChoices } from './tta.js';
export type { TtaChoice } from './tta.js';
export type { OutputKind } from './probabilities.js';
export { readPredictions } from './readPredictions.js';
export type { PredictionsFile } from './readPredictions.js';
