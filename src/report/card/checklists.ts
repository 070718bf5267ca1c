/** The reporting checklists by the names that users give them. */
import type { ReportContent } from '../content.js';
import type { Checklist } from './checklist.js';
import { claimChecklist } from './claim.js';

/** Reporting checklists by name: each fills what a run can know of it. */
export const checklists = {
  /** CLAIM, for artificial intelligence in medical imaging. */
  claim: claimChecklist,
} as const satisfies Record<string, (content: ReportContent) => Checklist>;

/** A key of `checklists`. */
export type ChecklistName = keyof typeof checklists;

/** Names of the checklists that a report can fill. */
export const checklistNames = Object.keys(checklists) as ChecklistName[];
