/** A part of the benchmark: what `npm run bench -- NAME` selects. */
import type { Device } from '../../src/native/index.js';
import type { Finding } from './finding.js';

/** `quick` measures fewer images in fewer rounds: figures for a first look, not for the table. */
export type Effort = 'full' | 'quick';

export interface Context {
  effort: Effort;
  /** Of the parts that measure a device; all others measure the CPU. */
  device: Device;
  /** An empty folder of this run's own, removed at its end. */
  folder: string;
  /** Tells the user what is being measured. */
  say: (line: string) => void;
}

export interface Part {
  name: string;
  /** How the figures came about, for the reader of the table. */
  method: string;
  measure: (context: Context) => Promise<Finding[]>;
}
