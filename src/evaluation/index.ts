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
export { bootstrapIntervals, defaultDraws, groupImages } from './bootstrap.js';
export type { BootstrapOptions, Grouping, WeightedEvaluation } from './bootstrap.js';
export type {
  Abstention,
  DecisionEvaluation,
  DecisionRule,
  OperatingPoint,
  OperatingRule,
} from './decision.js';
