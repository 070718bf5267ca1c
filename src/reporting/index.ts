/** A run told: its report, its model card, its charts, and the checklist that a paper needs. */
export { gatherReport } from './gather.js';
export { writeReport } from './writeReport.js';
export type { WrittenReport } from './writeReport.js';
