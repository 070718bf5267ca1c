/** Anomaly detection: what does not look like the normal images that a network and its detectors know. */
export { detectAnomalies } from './detect.js';
export type { AnomalyOptions } from './detect.js';
export { scoreAnomalies } from './score.js';
export type { ScoredImage, ScoreOptions, ScoreResult } from './score.js';
export { trainAnomalyDetector } from './train.js';
export type { TrainDetectorOptions } from './train.js';
export { detectorNames } from './types.js';
export type {
  AnomalyReport,
  AnomalyThreshold,
  DetectorName,
  DetectorResult,
  FlaggedShare,
} from './types.js';
