/** The words that all of `data` shares: samples, where they come from, and what was wrong with them. */
import type { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { ErrorCode } from '../native/index.js';

export const splits = ['train', 'val', 'test'] as const;
/** A part of a dataset: to learn from, to choose on, or to report. */
export type Split = (typeof splits)[number];

/** A file that could not be used, and why. Never dropped in silence: every result carries its problems. */
export interface Problem {
  /** Relative to the source's root, with '/' separators. */
  file: string;
  code: ErrorCode;
  /** What is wrong with it; `file` is not repeated. */
  message: string;
}

/** One labeled image file, not yet read. */
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
  /** Absolute path of a lung mask, where the manifest names one or a folder of masks has one. */
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
/** How an image meets the size that the network takes. */
export type Fit = (typeof fits)[number];

/** What becomes of an image before it is resized, so that it looks like those that a model learned from. */
export type Repair =
  /** White for black. */
  | { kind: 'invert' }
  /** Rows and columns at the edges of one color, to within `tolerance`, 0 … 255, are cut off. 8 suits radiographs. */
  | { kind: 'cropBorder'; tolerance: number }
  /** Between two percentiles, 0 … 100, brightness is stretched to 0 … 255; what lies outside is clipped. */
  | { kind: 'window'; lower: number; upper: number }
  /**
   * Contrast-limited adaptive histogram equalization with `tiles` × `tiles` windows, 1 … 64, whose bins hold at most
   * `clipLimit` times their mean, 1 … 256.
   */
  | { kind: 'clahe'; tiles: number; clipLimit: number }
  /**
   * Brightness takes the distribution whose quantiles these are, 2 … 1,025: evenly from 0 to 1, each 0 … 255, ascending.
   * A border counts like any pixels: crop it first.
   */
  | { kind: 'matchHistogram'; quantiles: readonly number[] };

export const lungSections = ['crop', 'blackout'] as const;
/** What is left of an image by its lung mask: the rectangle around the lungs, or the lungs on black. */
export type LungSection = (typeof lungSections)[number];

/** How an image file becomes a fixed-size tensor; stored with every packed set and every model. */
export interface ImageFormat {
  channels: 1 | 3;
  height: number;
  width: number;
  /** `fill` stretches, `contain` pads with black, `cover` crops the middle. */
  fit: Fit;
  /** Applied in order, before resizing. Default none. */
  repairs?: readonly Repair[];
  /**
   * Needs a mask for every image. `crop` comes before the repairs, `blackout` after all else. Default
   * the whole image.
   */
  lungs?: LungSection;
}

/** Pixels in memory, row by row, channels together: gray, gray and alpha, RGB, or RGBA. */
export interface RawImage {
  /** `[H, W, C]`: bytes from 0 to 255, 16-bit integers from 0 to 65535, or floats from 0 to 1. */
  pixels: Uint8Array | Uint8ClampedArray | Uint16Array | Float32Array;
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
}

/** A path, the bytes of an image file or a stream of them, or pixels. */
export type ImageInput = string | Uint8Array | Readable | ReadableStream<Uint8Array> | RawImage;

/** In memory: the bytes of an image file, or pixels of 8 or 16 bits. */
export type LoadedImage =
  Uint8Array | (RawImage & { pixels: Exclude<RawImage['pixels'], Float32Array> });
