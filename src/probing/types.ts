/** The words that all of `probing` shares: what probes look at, what they see of it, and what they report. */
import type { PackedIndex, Problem, Sample, ValidationSource } from '../data/index.js';
import type { Dataset } from '../native/index.js';
import type { ProbeResult } from '../report/index.js';
import type { FileHead } from './fileHeads.js';

/** Height and width, in pixels, of the images that probes see parts of. */
export const side = 64;

/** The images of one probing: gray, `side` × `side`. */
export interface Material {
  dataset: Dataset;
  index: PackedIndex;
  /** Positions in the dataset: first what probes learn from, then what they are judged on. */
  positions: readonly number[];
  /** How many of `positions` are learned from. */
  train: number;
  /** The files behind the positions; null where only a packed file is there. */
  files: readonly Sample[] | null;
  /** Read once, when a probe first asks; null as `files`. */
  heads: (() => Promise<readonly FileHead[]>) | null;
}

/** What a probe sees of the images, in the order of `Material.positions`. */
export interface View {
  /** uint8 [N, 1, height, width]. */
  bytes: Uint8Array;
  height: number;
  width: number;
  /** What a reader should know of it. */
  note?: string;
  /** Files that it would have needed. */
  problems?: readonly Problem[];
}

/** Why a probe has nothing to see. */
export interface NoView {
  reason: string;
  problems?: readonly Problem[];
}

/**
 * `shortcut` and `notFlagged` of a probe that decides, `informs` of one that does not, `tooFew` where the validation
 * part has too few patients to decide.
 */
export type ProbeVerdict = 'shortcut' | 'notFlagged' | 'informs' | 'tooFew';

export interface ProbeFinding extends ProbeResult {
  /** Whether success proves a shortcut; other probes may see disease and only inform. */
  decides: boolean;
  verdict: ProbeVerdict;
  /** What is compared with the margin: one-sided, corrected for the number of probes that decide. */
  aurocLowerBound: number | null;
}

/** How well answers agree with the labels of the validation part. */
export interface Judgment {
  accuracy: number;
  /** Mean recall of the classes that occur. */
  balancedAccuracy: number;
  /** Of two classes that of the second; of more the mean of one class against the rest. */
  auroc: number | null;
  /** 95%. */
  aurocInterval: readonly [number, number] | null;
}

/** How far labels can be told by what is no lung, and whether the model is any better. */
export interface ProbeReport {
  data: string;
  /** SHA-256 over classes, names, groups, splits and contents. */
  dataHash: string;
  classes: readonly string[];
  /** Images that the probes learned from. */
  train: number;
  /** Images that they, and the model, are judged on. */
  validation: number;
  /** Patients among these. */
  validationGroups: number;
  /** `train`: carved by patient; `val`: the source's own. */
  validationFrom: ValidationSource;
  seed: number;
  /** Balanced accuracy of one who knows nothing. */
  chance: number;
  /** The run's model on the same images; null without a run. */
  model: ({ path: string; architecture: string } & Judgment) | null;
  probes: readonly ProbeFinding[];
  /** Probes that had nothing to see. */
  leftOut: readonly { name: string; title: string; reason: string }[];
  /** Whether any probe proves a shortcut. */
  flagged: boolean;
  /** How it was decided, in words. */
  rule: string;
  notes: readonly string[];
  problems: Problem[];
  seconds: number;
  /** File that was written; null without a run. */
  output: string | null;
}

/** How far probing has come, by `kind`. */
export type ProbeEvent =
  | { kind: 'packing'; done: number; total: number; imagesPerSecond: number }
  /** `share` of what a probe, or the model, has to do is done: 0 … 1. */
  | { kind: 'step'; title: string; share: number };
