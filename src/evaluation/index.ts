/** How good a classifier's answers are: metrics as scikit-learn computes them, and the predictions file. */
export { aggregateSeeds, formatAggregate } from './aggregateSeeds.js';
export type { SeedAggregate, SeedSummary } from './aggregateSeeds.js';
export { rocCurve, rocCurves } from './auroc.js';
export type { RocCurve } from './auroc.js';
export { compareModels } from './compareModels.js';
export type { CompareOptions } from './compareModels.js';
export { comparedFigures } from './comparison.js';
export type { ComparedFigure, FigureDifference, ModelComparison } from './comparison.js';
export { mcnemarTest } from './mcnemar.js';
export type { McNemarTest } from './mcnemar.js';
export { readPredictions } from './readPredictions.js';
export type { PredictionsFile } from './readPredictions.js';
export { formatPValue, signed } from './verdict.js';
export { prCurve, prCurves } from './averagePrecision.js';
export type { PrCurve } from './averagePrecision.js';
export { calibrationBins, calibrationError, reliabilityBins } from './calibrationError.js';
export type { ReliabilityBin } from './calibrationError.js';
export { formatReport, reportObject } from './classificationReport.js';
export type {
  ClassScores,
  ClassificationReport,
  ScikitScores,
  Scores,
  ZeroDivision,
} from './classificationReport.js';
export { confusionCsv, confusionMatrix, formatConfusion, rowPercent } from './confusion.js';
export type { ConfusionMatrix } from './confusion.js';
export { balancedAccuracy } from './classRates.js';
export type { ClassRates } from './classRates.js';
export { evaluateClassification } from './evaluateClassification.js';
export { formatMetrics } from './formatMetrics.js';
export type {
  BinaryMetrics,
  ClassificationMetrics,
  ClassMetrics,
  LabeledProbabilities,
} from './evaluateClassification.js';
export { enterLedger, ledgerFile, readLedger, testReads } from './ledger.js';
export type { LedgerEntry } from './ledger.js';
export { metricDirection, metricNames, metricValue } from './metricNames.js';
export type { Direction, EpochEvaluation, MetricName } from './metricNames.js';
export { formatPredictions, predictionsFormats, writePredictions } from './predictions.js';
export type { Predictions, PredictionsFormat } from './predictions.js';
export { outputKinds, toProbabilities } from './probabilities.js';
export type { OutputKind } from './probabilities.js';
export { brierScore, logLoss } from './probabilityScores.js';
export { reconstructionMetrics } from './reconstruction.js';
export type { ReconstructionMetrics } from './reconstruction.js';
export { rateEstimate, wilsonInterval } from './wilson.js';
export { intervalMethods } from './estimate.js';
export type { Estimate, IntervalMethod } from './estimate.js';
export { classFigures, metricIntervals, overallFigures } from './metricIntervals.js';
export type {
  ClassFigure,
  IntervalInput,
  MetricIntervals,
  OverallFigure,
} from './metricIntervals.js';
export { aurocDifference, aurocEstimate } from './delong.js';
export type { AurocDifference } from './delong.js';
export { aurocDraws } from './aurocDraws.js';
export type { GroupedAnswers } from './aurocDraws.js';
export { bootstrapIntervals, defaultDraws, groupImages, quantile } from './bootstrap.js';
export type { BootstrapOptions, Grouping, WeightedEvaluation } from './bootstrap.js';
export type {
  Abstention,
  DecisionEvaluation,
  DecisionRule,
  OperatingPoint,
  OperatingRule,
} from './decision.js';
export { answers } from './answers.js';
export { conformalRank, conformalThresholds, imagesNeeded, predictionSet } from './conformal.js';
export { evaluateDecision } from './evaluateDecision.js';
export type { DecidedImages } from './evaluateDecision.js';
export { fitDecision } from './fitDecision.js';
export type { DecisionSettings, FittedDecision, FittingImages } from './fitDecision.js';
export { formatDecision } from './formatDecision.js';
export { choleskyFactor, mahalanobisDistance } from './mahalanobis.js';
export { chooseOperatingPoint, parseOperatingRule } from './operatingPoint.js';
export type { ChosenPoint } from './operatingPoint.js';
export { adjustToPrior, estimatePrior } from './priorShift.js';
export type { PriorEstimate } from './priorShift.js';
export { shrunkCovariance } from './shrunkCovariance.js';
export type { ShrunkCovariance } from './shrunkCovariance.js';
export {
  fitTemperature,
  logProbabilities,
  temperatureRange,
  withTemperature,
} from './temperature.js';
export { largestInRows, rowsOf } from './arrays.js';
