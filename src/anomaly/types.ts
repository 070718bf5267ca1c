/** The words that all of `anomaly` shares: detectors, thresholds, and what is reported of them. */
import type { Problem } from '../data/index.js';
import type { Estimate } from '../evaluation/index.js';
import type { Model } from '../inference/index.js';
import type { Dataset } from '../native/index.js';

export const detectorNames = ['error', 'errorPattern', 'neighbors', 'mahalanobis'] as const;
/**
 * `error`: how badly an autoencoder restores the image. `errorPattern`: how unusual the errors are in each part of it.
 * `neighbors`, `mahalanobis`: how far its embedding is from those of normal images.
 */
export type DetectorName = (typeof detectorNames)[number];

/** Of each detector in use one score for each image, at least 0 and larger for less normal ones: [N]. */
export type Scores = ReadonlyMap<DetectorName, Float64Array>;

/** From which score on an image counts as an anomaly. */
export interface AnomalyThreshold {
  /** `sigma=1`, `rate=0.05` or `youden`. */
  rule: string;
  /** Images of larger scores are flagged. */
  value: number;
  /** Images that it was chosen on. */
  on: 'validation' | 'test';
  images: number;
}

/** How many images of a class a detector flags. */
export interface FlaggedShare {
  class: string;
  images: number;
  flagged: number;
  /** With Wilson's 95% interval. */
  share: Estimate;
}

/** One detector: how well it tells anomalies from normal images, and its threshold. */
export interface DetectorResult {
  name: DetectorName;
  title: string;
  /** Of telling anomalies from normal images, with DeLong's 95% interval. */
  auroc: Estimate;
  threshold: AnomalyThreshold;
  /** The normal class first. */
  flagged: FlaggedShare[];
  /** Mean of the share of anomalies that is flagged and the share of normal images that is not. */
  balancedAccuracy: number;
}

/** How well each detector tells images unlike normal ones. */
export interface AnomalyReport {
  /** Path of the model file. */
  model: string;
  architecture: string;
  normal: string;
  /** The other classes of the judged images. */
  anomalies: string[];
  data: string;
  dataHash: string;
  /** What the figures are of. */
  split: 'test' | 'validation';
  images: number;
  /** Normal training images that the detectors learned from. */
  learnedFrom: number;
  /** Whose pooled output the embedding is. */
  layer: string;
  /** Of the embedding. */
  features: number;
  /** Which of the nearest normal embeddings counts. */
  neighbors: number;
  detectors: DetectorResult[];
  /** What a reader must know of the figures. */
  notes: string[];
  /** How often these test images have been looked at with this run's models; null where none was. */
  looks: number | null;
  /** Folder of the files. */
  output: string;
  problems: Problem[];
}

/** Images of both kinds that detectors have scored. */
export interface JudgedImages {
  model: Model;
  dataset: Dataset;
  /** [N] positions in the dataset, names, classes. */
  positions: readonly number[];
  names: readonly string[];
  classes: readonly string[];
  scores: Scores;
}
