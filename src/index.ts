/** The public API: what programs import from 'roentgen'. */
export {
  compareRuns,
  findBatchSize,
  findLearningRate,
  importModel,
  listRuns,
  previewAugmentation,
  resumeTraining,
  train,
  trainOptionsSchema,
} from './training/index.js';
export type {
  AugmentationPreview,
  BatchFinding,
  BatchTrial,
  Checkpoint,
  EpochRecord,
  FindBatchOptions,
  FindRateOptions,
  Hook,
  HookAnswer,
  ImportOptions,
  ImportResult,
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

export { evaluate, loadModel, Model, predict } from './inference/index.js';
export type {
  EvaluateEvent,
  EvaluateHooks,
  EvaluateOptions,
  EvaluateResult,
  ModelPredictions,
  ModelPredictOptions,
  Prediction,
  PredictOptions,
  PredictResult,
} from './inference/index.js';

export { formatMetrics, formatReport, writePredictions } from './evaluation/index.js';
export type { ClassificationMetrics, ReconstructionMetrics } from './evaluation/index.js';

export {
  checkSplits,
  formatInspection,
  inspectSource,
  measureImages,
  openPacked,
  packDataset,
  scanSource,
  splitByGroup,
  writeManifest,
  writePhantomDataset,
} from './data/index.js';
export type {
  Fit,
  ImageFormat,
  ImageSource,
  Inspection,
  Measurement,
  PackedDataset,
  PackedIndex,
  PackOptions,
  PackProgress,
  PhantomDataset,
  PhantomDatasetOptions,
  Problem,
  Sample,
  ScanOptions,
  Split,
  SplitOptions,
} from './data/index.js';

export { reportHtml, writePlots } from './report/index.js';
export type {
  EvaluatedSplit,
  Fact,
  GalleryImage,
  LedgerEntry,
  ProbeResult,
  ReportContent,
} from './report/index.js';

export { listModels, loadModelSpec } from './models/index.js';
export type { ModelSpec } from './models/index.js';

export { demo } from './demo/index.js';
export type { DemoHooks, DemoOptions, DemoResult } from './demo/index.js';
export { doctor, formatDoctor } from './doctor/index.js';
export type { Check, DoctorReport } from './doctor/index.js';

export { errorCodes, liveHandles, RoentgenError, setThreads, systemInfo } from './native/index.js';
export type { ErrorCode, SystemInfo } from './native/index.js';
