/** What training one model came to. */
import type { Estimate } from '../evaluation/index.js';
import type { Failure } from './plan.js';

/** Of the validation images at the epoch that is kept; null where there are none, or training failed. */
export interface AccuracyRow {
  model: string;
  accuracy: Estimate | null;
  auroc: Estimate | null;
  /** Median of the epochs, validation included; null where none was completed, as the next. */
  secondsPerEpoch: number | null;
  /** That training changes, and statistics of batch normalization. */
  parameters: number | null;
  bestEpoch: number | null;
  /** Images that judged. */
  validation: number | null;
  runDirectory: string | null;
  error: Failure | null;
}
