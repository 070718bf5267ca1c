/** Domain shift: measured, told in words, and repaired without labels. */
export { measureShift } from './measureShift.js';
export { repairShift } from './repairShift.js';
export type { RepairReport } from './repairReport.js';
export type {
  EmbeddingDrift,
  FigureDrift,
  Grade,
  SharesOfClasses,
  ShiftEvent,
  ShiftHooks,
  ShiftOptions,
  ShiftReport,
} from './types.js';
export type { AccuracyEstimates } from './estimates.js';
export { figureKinds } from './imageFigures.js';
export type { FigureKind, FigureName } from './imageFigures.js';
export { ruleText } from './grading.js';
export { describeRepair, outcomes } from './ladder/index.js';
export type { Ladder, RungName, Trial, TrialOutcome } from './ladder/index.js';
export { withInterval, withShares } from './page/words.js';
export { outcomeFigures, outcomeTitles } from './outcome.js';
export type { LabeledOutcome, OutcomeFigures } from './outcome.js';
