/** The public API: what programs import from 'roentgen'. */
export {
  calibrate,
  compareRuns,
  findBatchSize,
  findLearningRate,
  followTraining,
  importModel,
  listRuns,
  previewAugmentation,
  readLaunch,
  resumeTraining,
  train,
  trainOptionsSchema,
} from './training/index.js';
export type {
  AugmentationPreview,
  BatchFinding,
  BatchTrial,
  CalibrateOptions,
  CalibrateResult,
  CalibrationSplit,
  Checkpoint,
  EpochRecord,
  FindBatchOptions,
  FindRateOptions,
  FollowOptions,
  Hook,
  HookAnswer,
  ImportOptions,
  ImportResult,
  Launch,
  PreviewSettings,
  RateFinding,
  RatePoint,
  ResumeOptions,
  StepReport,
  StopReason,
  TrainEvent,
  TrainHooks,
  TrainOptions,
  RunComparison,
  RunList,
  RunResult,
  RunSummary,
  SettingName,
  TrainSettings,
} from './training/index.js';

export {
  colormapNames,
  examineExplanations,
  explain,
  explainImages,
  lime,
  limeMap,
  limeMask,
  methods as explanationMethods,
  renderFigure,
  renderHeatmap,
  renderOverlay,
  slic,
} from './explanation/index.js';
export type {
  Box,
  CheckResult,
  ColormapName,
  ExamHooks,
  ExamImages,
  Examinee,
  ExamOptions,
  ExamProgress,
  ExamReport,
  ExamRow,
  ExplainOptions,
  ExplainProgress,
  ExplainResult,
  ExplainSettings,
  Explanation,
  ExplanationRow,
  Explanations,
  FigureOptions,
  HeatOptions,
  LimeExplanation,
  LimeMaskOptions,
  LimeOptions,
  Measure as ExamMeasure,
  Measures as ExamMeasures,
  Method as ExplanationMethod,
  MethodName as ExplanationMethodName,
  MethodResult as ExamResult,
  MethodVerdict as ExamVerdict,
  RowVerdict as ExamRowVerdict,
  SlicOptions,
  Superpixels,
  Surrogate as LimeSurrogate,
} from './explanation/index.js';

export { evaluate, loadModel, Model, predict, repairModel } from './inference/index.js';
export type {
  EvaluateEvent,
  EvaluateHooks,
  EvaluateOptions,
  EvaluateResult,
  Answer,
  ModelPredictions,
  ModelPredictOptions,
  Places,
  Prediction,
  PredictOptions,
  PredictorSettings,
  PredictorStatistics,
  PredictResult,
  RepairSettings,
  TargetImages,
  TensorAnswer,
  TensorOptions,
} from './inference/index.js';

export {
  aggregateSeeds,
  compareModels,
  evaluateClassification,
  formatAggregate,
  formatDecision,
  formatMetrics,
  formatReport,
  metricIntervals,
  prCurve,
  readLedger,
  readPredictions,
  reliabilityBins,
  rocCurve,
  writePredictions,
} from './evaluation/index.js';
export type {
  Abstention,
  ClassificationMetrics,
  CompareOptions,
  DecisionEvaluation,
  DecisionRule,
  Estimate,
  FigureDifference,
  IntervalInput,
  LabeledProbabilities,
  LedgerEntry,
  MetricIntervals,
  ModelComparison,
  OperatingPoint,
  PrCurve,
  Predictions,
  PredictionsFile,
  ReconstructionMetrics,
  ReliabilityBin,
  RocCurve,
  SeedAggregate,
  SeedSummary,
  TtaChoice,
} from './evaluation/index.js';

export {
  auditData,
  auditPacked,
  checkSplits,
  formatInspection,
  inspectSource,
  measureImages,
  openPacked,
  packDataset,
  referenceQuantiles,
  scanSource,
  splitByGroup,
  splitInOrder,
  writeManifest,
  writePhantomDataset,
} from './data/index.js';
export type {
  Audit,
  AuditCheck,
  AuditFinding,
  AuditOptions,
  AuditStatus,
  Fit,
  ImageFormat,
  ImageInput,
  ImageSource,
  Inspection,
  LungSection,
  Measurement,
  OrderedSplitOptions,
  PackedDataset,
  PackedIndex,
  PackOptions,
  PackProgress,
  PhantomDataset,
  PhantomDatasetOptions,
  Problem,
  RawImage,
  ReferenceOptions,
  Repair,
  Sample,
  ScanOptions,
  Split,
  SplitOptions,
} from './data/index.js';

export {
  checklistNames,
  checklists,
  claimChecklist,
  formatChecklist,
  modelCard,
  reportHtml,
  writePlots,
} from './report/index.js';
export type {
  Checklist,
  ChecklistEntry,
  ChecklistName,
  EvaluatedSplit,
  Fact,
  GalleryImage,
  ProbeResult,
  ReportContent,
} from './report/index.js';

export { formatProbes, probe } from './probing/index.js';
export type {
  Judgment,
  ProbeEvent,
  ProbeFinding,
  ProbeHooks,
  ProbeOptions,
  ProbeReport,
  ProbeVerdict,
} from './probing/index.js';

export { detectAnomalies, scoreAnomalies, trainAnomalyDetector } from './anomaly/index.js';
export type {
  AnomalyOptions,
  AnomalyReport,
  AnomalyThreshold,
  DetectorName,
  DetectorResult,
  FlaggedShare,
  ScoredImage,
  ScoreOptions,
  ScoreResult,
  TrainDetectorOptions,
} from './anomaly/index.js';

export {
  classifyByNeighbors,
  embed,
  embedData,
  embedFiles,
  formatEmbedding,
  project,
  readEmbeddings,
  trustworthiness,
  writeEmbeddings,
  writeEmbeddingsCsv,
} from './embedding/index.js';
export type {
  Agreement,
  EmbedDataOptions,
  EmbedDataResult,
  Embeddings,
  EmbeddingSource,
  EmbedEvent,
  EmbedHooks,
  EmbedOptions,
  KnnAnswer,
  KnnFigures,
  KnnOptions,
  KnnQuestion,
  KnnReport,
  NearestRows,
  Projection,
  ProjectionMethod,
  ProjectOptions,
} from './embedding/index.js';

export { measureShift, repairShift } from './shift/index.js';
export type {
  AccuracyEstimates,
  EmbeddingDrift,
  FigureDrift,
  Grade,
  LabeledOutcome,
  Ladder,
  RepairReport,
  ShiftEvent,
  ShiftHooks,
  ShiftOptions,
  ShiftReport,
  Trial,
} from './shift/index.js';

export { benchmark, benchmarkAccuracy } from './benchmark/index.js';
export type {
  AccuracyEvent,
  AccuracyHooks,
  AccuracyOptions,
  AccuracyResult,
  AccuracyRow,
  BenchmarkEvent,
  BenchmarkHooks,
  BenchmarkOptions,
  BenchmarkResult,
  BenchmarkRow,
} from './benchmark/index.js';

export { writeReport } from './reporting/index.js';
export type { WrittenReport } from './reporting/index.js';

export { verify } from './verification/index.js';
export type {
  Verification,
  VerificationCheck,
  VerificationCheckName,
  VerificationFinding,
  VerificationStatus,
  VerifyOptions,
} from './verification/index.js';

export { serve } from './serving/index.js';
export type { RunningServer, ServeOptions } from './serving/index.js';

export { exportOnnx } from './export/index.js';
export type { OnnxExport, OnnxOptions } from './export/index.js';

export { listModels, loadModelSpec } from './models/index.js';
export type { ModelSpec } from './models/index.js';

export { demo } from './demo/index.js';
export type { DemoHooks, DemoOptions, DemoResult } from './demo/index.js';
export { doctor, formatDoctor } from './doctor/index.js';
export type { Check, DoctorReport } from './doctor/index.js';

export {
  errorCodes,
  Group,
  liveHandles,
  RoentgenError,
  setThreads,
  systemInfo,
} from './native/index.js';
export type { ErrorCode, GroupOptions, SystemInfo } from './native/index.js';

export {
  listRecipes,
  readRecipe,
  readReproductions,
  reproduce,
  writeResults,
} from './recipes/index.js';
export type {
  ComparedFigure,
  Recipe,
  ReproduceEvent,
  ReproduceHooks,
  ReproduceOptions,
  Reproduction,
  StepResult,
  StepState,
  Verdict,
} from './recipes/index.js';
