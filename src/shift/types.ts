/** The words of domain shift: what is compared, what was found, and how bad it is. */
import type { Problem, Split } from '../data/index.js';
import type { Estimate } from '../evaluation/index.js';
import type { AccuracyEstimates } from './estimates.js';
import type { FigureName, FigureKind } from './imageFigures.js';

/** From none to the worst. */
export const grades = ['none', 'some', 'severe'] as const;
/** How much two collections differ, in a word. */
export type Grade = (typeof grades)[number];

/** Which collections are compared, and with which model. */
export interface ShiftOptions {
  /** A: images that the model learned from, or any that are as images should be. Folder, manifest or packed file. */
  source: string;
  /** B: images that may differ. Folder or manifest. */
  target: string;
  /** A run directory or a model file. Without one only files and pixels are compared. */
  model?: string | undefined;
  /** Classes of the target by their names in the model, each as `COVID=PNEUMONIA`; others must have the same name. */
  map?: readonly string[] | undefined;
  /** Take every image of the target at any depth, without a label. Default false. */
  unlabeled?: boolean | undefined;
  /** Of the target; default all its images. */
  split?: Split | 'all' | undefined;
  /** Most images of either side, 20 … 5,000, drawn at random; default 1,000. */
  images?: number | undefined;
  /** The layer whose output is the embedding; default the architecture's own. */
  layer?: string | undefined;
  /** Of what is drawn: images, halves, permutations, bootstrap. Default 0. */
  seed?: number | undefined;
  /** Of two classes the one whose recall is the sensitivity; default the last. */
  positive?: string | undefined;
  /** See `scanSource`. For the source, a run's settings come first. */
  labelsFrom?: string | undefined;
  groupBy?: string | undefined;
  /** Default 64. */
  batchSize?: number | undefined;
  /**
   * New folder for the files (`-1`, `-2` … is added where it exists); default `shift-<target>` in the run directory,
   * none for a model file or without a model.
   */
  output?: string | undefined;
  cacheDir?: string | undefined;
  workers?: number | undefined;
  keepGoing?: boolean | undefined;
}

/** How far measuring or repairing has come, by `kind`. */
export type ShiftEvent =
  | { kind: 'packing'; done: number; total: number; imagesPerSecond: number }
  | { kind: 'step'; title: string; share: number };

/** Progress and the signal of measuring and repairing. */
export interface ShiftHooks {
  /** Hears of progress as it happens. */
  onEvent?: ((event: ShiftEvent) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** How one figure of the images differs. */
export interface FigureDrift extends Pick<FigureKind, 'title' | 'group' | 'decimals'> {
  name: FigureName;
  /** Medians. */
  source: number;
  target: number;
  /** Of the Kolmogorov–Smirnov test. */
  statistic: number;
  pValue: number;
  /** By Holm's correction over all figures. */
  corrected: number;
  /** The statistic that halves of the source come to. */
  usual: number;
  /** Population stability index, and what chance alone makes of it. */
  stabilityIndex: number;
  expectedIndex: number;
  grade: Grade;
}

/** How the embeddings differ. */
export interface EmbeddingDrift {
  layer: string;
  features: number;
  /** Unbiased MMD², and the share of permutations that come as far. */
  squared: number;
  pValue: number;
  /** The largest MMD² of halves of the source, for as many images. */
  usual: number;
  /** Area under the ROC curve of telling target from source. */
  auroc: number;
  /** What is left of MMD² where the classes may have other shares. */
  remaining: number;
  grade: Grade;
}

/** Share of each class's images, in class order. */
export interface SharesOfClasses {
  /** In the source's labeled images. */
  source: number[];
  /** By expectation maximization over the model's answers (Saerens et al., 2002). */
  byAnswers: number[];
  /** By matching kernel means of embeddings (Zhang et al., 2013). */
  byEmbeddings: number[];
}

/** How the target differs from the source, with a verdict. */
export interface ShiftReport {
  source: string;
  target: string;
  model: string | null;
  classes: string[];
  /** Images that were compared. */
  sourceImages: number;
  sourcePart: string;
  targetImages: number;
  seed: number;
  grade: Grade;
  /** One sentence: the verdict and what shifted most. */
  verdict: string;
  /** Why, most important first. */
  reasons: string[];
  /** The worst first. */
  figures: FigureDrift[];
  /** Null without a model. */
  embedding: EmbeddingDrift | null;
  /** Share of images that the model's gate lets through; null for a model without one. */
  accepted: { source: Estimate; target: Estimate } | null;
  /** Null without a model, or without labeled images that it did not learn from. */
  accuracy: AccuracyEstimates | null;
  shares: SharesOfClasses | null;
  notes: string[];
  problems: Problem[];
  seconds: number;
  /** Where the files are. */
  output: string | null;
}
