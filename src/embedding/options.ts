/** What `embedData` is asked for, and what it tells while it works and at its end. */
import type { Problem, Split } from '../data/index.js';
import type { NativeProgress } from '../native/index.js';
import type { EmbedOptions } from './embed.js';
import type { KnnOptions } from './knn/classify.js';
import type { KnnReport } from './knn/report.js';
import type { Projection, ProjectionMethod, ProjectOptions } from './projection/project.js';

/** Which images of which model become vectors, and what is made of these. */
export interface EmbedDataOptions
  extends EmbedOptions, KnnOptions, Pick<ProjectOptions, 'perplexity' | 'seed'> {
  /** A model file or a run directory. */
  model: string;
  /** Folder, manifest or packed file; a classifier must know its classes. */
  data: string;
  /** Image files, and folders at any depth, whose classes nobody knows: placed among the others. */
  newImages?: readonly string[] | undefined;
  /** Whether labeled images are classified by their neighbors; default false. */
  knn?: boolean | undefined;
  /** Images that neighbors classify; default `test` where the data have such images, else all. */
  split?: Split | 'all' | undefined;
  /**
   * Names of images whose neighbors are drawn; default new images, or else some that network and neighbors answer
   * differently.
   */
  query?: readonly string[] | undefined;
  /** Default no map. */
  project?: ProjectionMethod | undefined;
  /** What the figures are for, as the run's ledger keeps it where test images are looked at. */
  why?: string | undefined;
  /**
   * New folder for the files (`-1`, `-2` … is added where it exists); default `embedding` in the run directory, or in
   * the working directory for a model file.
   */
  output?: string | undefined;
  /** See `scanSource`. */
  labelsFrom?: string | undefined;
  groupBy?: string | undefined;
  cacheDir?: string | undefined;
  workers?: number | undefined;
  keepGoing?: boolean | undefined;
}

/** How far embedding has come, by `kind`. */
export type EmbedEvent =
  | { kind: 'packing'; done: number; total: number; imagesPerSecond: number }
  | ({ kind: 'step' } & NativeProgress)
  | { kind: 'projecting'; share: number };

/** Progress and the signal of embedding. */
export interface EmbedHooks {
  /** Hears of progress as it happens. */
  onEvent?: ((event: EmbedEvent) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** What the vectors of a dataset come to, and where the files are. */
export interface EmbedDataResult {
  layer: string;
  /** Numbers in a vector. */
  features: number;
  /** Images of the data, and new ones. */
  images: number;
  newImages: number;
  /** Null where it was not asked for. */
  knn: KnnReport | null;
  /** The map without its points, which are in `projection.csv`; null where it was not asked for. */
  projection: (Omit<Projection, 'points'> & { seconds: number }) | null;
  /** How often these test images have been looked at with this run's models; null where no ledger is kept. */
  looks: number | null;
  /** The folder, and the files in it. */
  output: string;
  files: string[];
  /** Files that could not be used. */
  problems: Problem[];
}
