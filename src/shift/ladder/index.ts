/** The repair ladder as the rest of the folder sees it. */
export { climbLadder, describeRepair } from './climb.js';
export { outcomes } from './types.js';
export type { Ladder, RungName, Trial, TrialOutcome } from './types.js';
