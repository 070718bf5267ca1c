/** Training runs: settings, epochs, checkpoints, run directories. */
export type {
  Checkpoint,
  EpochRecord,
  Hook,
  HookAnswer,
  RunResult,
  StepReport,
  StopReason,
  TrainEvent,
  TrainHooks,
} from './events.js';
export { calibrate } from './calibrate.js';
export type { CalibrateOptions, CalibrateResult, CalibrationSplit } from './calibrate.js';
export { findBatchSize } from './batchFinder.js';
export type { BatchFinding, BatchTrial, FindBatchOptions } from './batchFinder.js';
export { divideImages, listUses, usesOf } from './division.js';
export { importModel } from './importModel.js';
export type { ImportOptions, ImportResult } from './importModel.js';
export { findLearningRate } from './rateFinder.js';
export type { FindRateOptions, RateFinding, RatePoint } from './rateFinder.js';
export { followTraining } from './group/follower.js';
export type { FollowOptions } from './group/follower.js';
export { readLaunch } from './group/launch.js';
export type { Launch } from './group/launch.js';
export { trainOptionsSchema } from './options.js';
export type { ResolvedSettings, TrainSettings } from './options.js';
export type { Places } from './preparation.js';
export { previewAugmentation } from './preview.js';
export type { AugmentationPreview, PreviewSettings } from './preview.js';
export { timestamp } from './runDirectory.js';
export { compareRuns } from './compareRuns.js';
export type { RunComparison, SettingName } from './compareRuns.js';
export { listRuns, readRun, requireRunData } from './runs.js';
export type { RunList, RunSummary } from './runs.js';
export { resumeTraining, train } from './train.js';
export type { ResumeOptions, Shared, TrainOptions } from './train.js';
