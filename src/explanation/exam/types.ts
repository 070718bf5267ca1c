/** The words of the exam: who takes it, what is measured, and what it comes to. */
import type { Problem } from '../../data/index.js';
import type { Model } from '../../inference/index.js';
import type { Dataset, Precision } from '../../native/index.js';

/** Images in the model's format, and the class of each that is to be explained. */
export interface ExamImages {
  dataset: Dataset;
  /** As the user knows them; the image at position i of the dataset has name i. */
  names: readonly string[];
  /** [N] positions in the model's classes. */
  targets: Int32Array;
  batchSize: number;
  precision: Precision;
  signal?: AbortSignal | undefined;
}

/** A method that takes the exam. */
export interface Examinee {
  name: string;
  /**
   * One map [H, W] for each image, of the size of the model's input: the larger a value, the more the pixel speaks for
   * the class; below 0 it speaks against it. The same model and images give the same maps.
   */
  explain(model: Model, images: ExamImages): Promise<Float32Array[]>;
  /** What can be measured of this method alone, of one image. */
  measure?(model: Model, images: ExamImages, index: number): Promise<Partial<Measures>>;
}

/** A rectangle in pixels of the model's input. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What is measured of one map; each in the CSV under this name. */
export const measures = {
  deletion: 'area under the probability while the most important pixels are blurred first',
  deletionChance: 'mean of the same for the map moved elsewhere',
  insertion: 'area under the probability while the most important pixels come back first',
  insertionChance: 'mean of the same for the map moved elsewhere',
  roadMorf: 'mean change of the probability with the most relevant pixels removed first',
  roadLerf: 'mean change of the probability with the least relevant pixels removed first',
  road: '(roadLerf − roadMorf) / 2',
  headCorrelation: 'rank correlation with the map of a network whose last layer is drawn anew',
  halfCorrelation: 'the same where the second half of the layers is drawn anew',
  wholeCorrelation: 'the same where all layers are drawn anew',
  wholeSsim: 'structural similarity of the same two maps',
  maskShare: 'share of the map inside the lung mask',
  maskFlatShare: 'share of the mask in the image: what a map without any place would have',
  limeScore: "R² of LIME's linear model",
  limeJaccard: 'shared part of the five strongest superpixels, mean over pairs of seeds',
  limeCorrelation: "rank correlation of LIME's weights, mean over pairs of seeds",
  plantedShare: 'share of the map inside the planted box',
  plantedFlatShare: 'share of the box in the image',
} as const;

/** A key of the table of measures, such as `deletion`. */
export type Measure = keyof typeof measures;
export const measureNames = Object.keys(measures) as Measure[];

/** Null where it does not apply, or the map is empty. */
export type Measures = Record<Measure, number | null>;

/** Of one check on one image. */
export type RowVerdict = 'pass' | 'fail' | 'notApplicable';
/** Of a method; `undecided` where the images are too few. */
export type MethodVerdict = RowVerdict | 'undecided';

/** One method on one image. */
export interface ExamRow {
  image: string;
  method: string;
  /** Class that is explained. */
  target: string;
  probability: number;
  measures: Measures;
  /** By the name of the check. */
  checks: Readonly<Record<string, RowVerdict>>;
  /** Fails where one check fails. */
  verdict: RowVerdict;
}

/** One check of a method over all images. */
export interface CheckResult {
  check: string;
  /** Images that it applies to, and how many of them passed. */
  images: number;
  passed: number;
  /** Share that passed with Wilson's 95% interval; null for none. */
  share: { value: number; low: number; high: number } | null;
  verdict: MethodVerdict;
}

/** One method over all images: its checks and what they come to. */
export interface MethodResult {
  method: string;
  checks: CheckResult[];
  /** Fails where one check fails, passes where all that apply pass. */
  verdict: MethodVerdict;
}

/** Which explanations hold on a model, method by method and image by image. */
export interface ExamReport {
  /** Model file. */
  model: string;
  images: number;
  seed: number;
  methods: MethodResult[];
  /** Image by image, for each in the order of the methods. */
  rows: ExamRow[];
  /** What each check asks, and why. */
  rules: { check: string; rule: string; reason: string }[];
  /** How checks become verdicts. */
  rule: string;
  /** Images and masks that could not be used. */
  problems: Problem[];
  /** Folder with exam.csv and exam.json; null where none was asked for. */
  output: string | null;
}
