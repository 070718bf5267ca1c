/** How good a classifier's answers are: metrics as scikit-learn computes them, and the predictions file. */
export { rocCurve, rocCurves } from './auroc.js';
export type { RocCurve } from './auroc.js';
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
export { evaluateClassification, formatMetrics } from './evaluateClassification.js';
export type {
  BinaryMetrics,
  ClassificationMetrics,
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
export { reconstructionMetrics } from './reconstruction.js';
export type { ReconstructionMetrics } from './reconstruction.js';
export { wilsonInterval } from './wilson.js';
export { intervalMethods } from './estimate.js';
export type { Estimate, IntervalMethod } from './estimate.js';
export { classFigures, overallFigures } from './metricIntervals.js';
export type { ClassFigure, MetricIntervals, OverallFigure } from './metricIntervals.js';
export type {
  Abstention,
  DecisionEvaluation,
  DecisionRule,
  OperatingPoint,
  OperatingRule,
} from './decision.js';
