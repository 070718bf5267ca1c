/** All that a report or a model card says of a run, gathered and ready to be set out. */
import type { Audit } from '../data/index.js';
import type {
  ClassificationMetrics,
  DecisionEvaluation,
  DecisionRule,
  LedgerEntry,
  MetricIntervals,
  TtaChoice,
} from '../evaluation/index.js';
import type { EpochPoint } from './charts/trainingCurves.js';

/** A row of a table of facts. */
export interface Fact {
  name: string;
  value: string;
}

/** One image of the failure gallery. */
export interface GalleryImage {
  filename: string;
  /** A `data:` URL of a small JPEG. */
  thumbnail: string;
  prediction: string;
  truth: string;
  /** Of the predicted class. */
  probability: number;
}

/** One evaluation of the run's model on labeled images. */
export interface EvaluatedSplit {
  /** `test`, `validation`, or the name of a set from elsewhere. */
  name: string;
  /** As the user gave it. */
  data: string;
  dataHash: string;
  metrics: ClassificationMetrics;
  intervals: MetricIntervals;
  decision: DecisionEvaluation | null;
  /** One entry per image; `probabilities` row-major [N, classes] before any temperature. */
  predictions: {
    filenames: readonly string[];
    groups: readonly string[];
    labels: readonly number[];
    probabilities: readonly number[];
  };
  /** Most confident errors first, then right answers to compare them with. */
  gallery: readonly GalleryImage[];
}

/** What a probe gets right that sees only a part of what the model sees. */
export interface ProbeResult {
  /** metadata, border, lungsBlackedOut, statistics, thumbnail. */
  name: string;
  title: string;
  accuracy: number;
  balancedAccuracy: number;
  auroc: number | null;
  /** 95%. */
  aurocInterval: readonly [number, number] | null;
  /** Balanced accuracy above chance as a share of the model's; null without a model. */
  explainedShare: number | null;
  flagged: boolean;
  /** False for a probe that may see disease, so that its success informs and proves nothing. */
  decides?: boolean | undefined;
}

/** All that a report, a model card or a checklist tells of a run. */
export interface ReportContent {
  /** Name of the run directory. */
  title: string;
  /** ISO 8601. */
  created: string;
  architecture: string;
  parameters: number;
  classes: readonly string[];
  /** Images the network takes: `1×224×224`. */
  input: string;
  /** What an answer is averaged over; figures of validation are of the image alone. */
  tta: TtaChoice;
  data: {
    source: string;
    hash: string;
    train: number;
    validation: number;
    /** `train`: carved by patient; `val`: the source's own; `none`. */
    validationFrom: string;
    groupBy: string;
    normalization: string;
  };
  /** Where the weights started, in words: `random, seed 42`, `resnet18.pth of torchvision`. */
  initialization?: string | undefined;
  /** The settings that the user or a default chose, in words. */
  settings: readonly Fact[];
  versions: readonly Fact[];
  /** Things a reader must know first: leakage was allowed, selection on test, skipped files. */
  warnings: readonly string[];
  history: readonly (EpochPoint & {
    valAuroc: number | null;
    learningRate: number;
    seconds: number;
  })[];
  bestEpoch: number;
  /** The metric that chose the epoch. */
  evalMetric: string;
  stopReason: string;
  seconds: number;
  decisionRule: DecisionRule | null;
  audit: Audit | null;
  probes: readonly ProbeResult[] | null;
  ledger: readonly LedgerEntry[];
  /** Headline first: test where there is one, then others, validation last. */
  evaluations: readonly EvaluatedSplit[];
}
