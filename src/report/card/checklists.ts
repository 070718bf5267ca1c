/** The reporting checklists by the names that users give them. */
import type { ReportContent } from '../content.js';
import type { Checklist } from './checklist.js';
import { claimChecklist } from './claim.js';

export const checklists = {
  claim: claimChecklist,
} as const satisfies Record<string, (content: ReportContent) => Checklist>;

export type ChecklistName = keyof typeof checklists;

export const checklistNames = Object.keys(checklists) as ChecklistName[];
