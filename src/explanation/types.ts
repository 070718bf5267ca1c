/** The words of explanation: a map over an image, what it was computed from, and what it amounts to. */
import type { Problem } from '../data/index.js';
import type { Answer } from '../inference/index.js';
import type { MethodName } from './methods.js';

/** An image as the network gets it. */
export interface SeenImage {
  /** uint8 [C, H, W]. */
  pixels: Uint8Array;
  channels: 1 | 3;
  height: number;
  width: number;
}

/** Where a network looked for one answer about one image, by one method. */
export interface Explanation {
  /** As the user knows the image. */
  name: string;
  image: SeenImage;
  /** What the model says of the image. */
  answer: Answer;
  method: MethodName;
  /** Layers that the map comes from; empty for methods that look at pixels alone. */
  layers: readonly string[];
  /** The class that is explained; null for methods whose map is the same whatever the class. */
  target: string | null;
  /** Of `target` before softmax or sigmoid; null without one. */
  logit: number | null;
  /**
   * Row-major [H, W], of the image's size. In [0, 1], 1 for the most important pixel; for signed methods in [−1, 1],
   * where what is above 0 speaks for the class and what is below 0 against it. All 0 where nothing is to be shown.
   */
  map: Float32Array;
  /** Whether `map` has a sign. */
  signed: boolean;
  /** What 0 and 1 of `map` are before scaling; null for the mean of several layers, each scaled by itself. */
  scale: { zero: number; one: number } | null;
  /** Before ReLU and scaling, at the layer's own size; of several layers the extremes of all. */
  raw: { minimum: number; maximum: number };
  /** False where nothing speaks for the class, or so little that it is none: see `findEvidence`. */
  evidence: boolean;
  /**
   * Of integratedGradients: how far the sum of the map is from the difference of the logits of image and baseline, as
   * a share of that difference. 0 is exact; null for the other methods.
   */
  completenessError: number | null;
  /** Of lime: R² of its linear model, weighted as the model was fitted; null for the other methods. */
  fit: number | null;
}

/** What methods say of images. */
export interface Explanations {
  /** Image by image, and for each in the order of the methods. */
  explanations: Explanation[];
  /** Images that could not be read. */
  problems: Problem[];
}
