/** The words that all of `data` shares: samples, where they come from, and what was wrong with them. */
import type { ErrorCode } from '../native/index.js';

export const splits = ['train', 'val', 'test'] as const;
export type Split = (typeof splits)[number];

/** A file that could not be used, and why. Never dropped in silence: every result carries its problems. */
export interface Problem {
  /** Relative to the source's root, with '/' separators. */
  file: string;
  code: ErrorCode;
  message: string;
}

export interface Sample {
  /** Absolute path. */
  path: string;
  /** Relative to the source's root, with '/' separators; unique within a source. */
  name: string;
  /** Position in `ImageSource.classes`; −1 where the class is unknown. */
  label: number;
  /** As the source says it; null where the source has no splits. */
  split: Split | null;
  /** What must not be cut in two by a split: a patient or a study. */
  group: string;
  /** Absolute path of a lung mask, where the manifest names one. */
  mask?: string;
}

/** Images with their labels and groups, before any is decoded. */
export interface ImageSource {
  /** Absolute path of the folder or manifest. */
  root: string;
  kind: 'folders' | 'splits' | 'manifest' | 'unlabeled';
  /** In the order of the network's outputs. */
  classes: string[];
  samples: Sample[];
  problems: Problem[];
}

export const fits = ['fill', 'contain', 'cover'] as const;
export type Fit = (typeof fits)[number];

/** How an image file becomes a fixed-size tensor; stored with every packed set and every model. */
export interface ImageFormat {
  channels: 1 | 3;
  height: number;
  width: number;
  /** `fill` stretches, `contain` pads with black, `cover` crops the middle. */
  fit: Fit;
}
