/** What a reproduction takes, tells on its way, and comes to. */
import type { ComparedFigure } from './compare.js';
import type { Recipe } from './schema.js';

/** What to reproduce, from what, and where to. */
export interface ReproduceOptions {
  /** A name of `listRecipes`, or the path of a YAML file. */
  recipe: string;
  /** Paths by the recipe's names for its data; needed unless `quick`, which draws what is not named. */
  data?: Readonly<Record<string, string>> | undefined;
  /** Parent of the recipe's folder; default `reproductions`. */
  output?: string | undefined;
  /** Phantoms, small images and an epoch: whether everything runs, in seconds; default false. */
  quick?: boolean | undefined;
  /** Threads that each step computes with; default those that the command itself takes. */
  threads?: number | undefined;
}

/** How a step ended: it ran, it had been done before, it failed, or it was left out. */
export type StepState = 'finished' | 'kept' | 'failed' | 'left out';

/** A step begins, prints a line of progress, or has ended; `number` counts from 1. */
export type ReproduceEvent =
  | { kind: 'step'; number: number; of: number; name: string; command: string }
  | { kind: 'line'; name: string; line: string }
  | { kind: 'stepEnd'; name: string; state: StepState; seconds: number; reason: string | null };

/** How the caller watches and stops a reproduction. */
export interface ReproduceHooks {
  /** A step begins, prints a line, or has ended, which those that are kept or left out do at once. */
  onEvent?: ((event: ReproduceEvent) => void) | undefined;
  /** Ends the step that is under way; what was done is kept. */
  signal?: AbortSignal | undefined;
}

/** A step, and how it ended. */
export interface StepResult {
  name: string;
  title: string | null;
  /** As a shell takes it, from the folder in which the reproduction was started. */
  command: string;
  state: StepState;
  /** Of all attempts together. */
  seconds: number;
  /** Why it failed or was left out. */
  reason: string | null;
  directory: string;
  /** Paths of the files that it promised, and has written. */
  files: string[];
  /** Null where it did not run. */
  log: string | null;
}

/** All that a reproduction came to; JSON-ready. */
export interface Reproduction {
  recipe: string;
  title: string;
  report: string;
  about: string;
  quick: boolean;
  gaps: Recipe['gaps'];
  /** What was named, or drawn, by the recipe's names. */
  data: Record<string, string>;
  figures: ComparedFigure[];
  steps: StepResult[];
  seeds: string[];
  /** Processor and device, in words. */
  machine: string;
  seconds: number;
  /** ISO 8601. */
  finishedAt: string;
  /** Folder of all that it wrote. */
  output: string;
  /** The page that shows it. */
  page: string;
}
