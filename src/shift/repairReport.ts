/** What `repairShift` reports beyond the comparison. */
import type { Ladder } from './ladder/types.js';
import type { LabeledOutcome } from './outcome.js';
import type { ShiftReport } from './types.js';

/** A shift, the repairs that were tried against it, and what they did. */
export interface RepairReport extends ShiftReport {
  ladder: Ladder;
  /** The new model file; null where no repair was kept. */
  repairedModel: string | null;
  /** Null for a target without labels. */
  outcome: LabeledOutcome | null;
}
