/** What an audit of a dataset says. */
import type { ErrorCode } from '../../native/index.js';

/** `fail`: figures from these splits cannot be defended; `warn`: look before you train. */
export type AuditStatus = 'pass' | 'warn' | 'fail';

/** One thing that was looked at. */
export interface AuditCheck {
  /** Stable, camelCase: patientOverlap, exactDuplicates, nearDuplicates, labelConflicts, unreadable … */
  name: string;
  /** In words, for a table. */
  title: string;
  status: AuditStatus;
  /** How many images, pairs or groups it concerns; 0 for none. */
  count: number;
  /** One sentence with the figures. */
  summary: string;
}

/** Two images, or more, that a check is about. */
export interface AuditFinding {
  check: string;
  status: AuditStatus;
  files: string[];
  message: string;
  code?: ErrorCode | undefined;
}

/** JSON-ready: what `audit.json` of a run holds. */
export interface Audit {
  verdict: AuditStatus;
  /** One sentence. */
  headline: string;
  /** Paths as the user gave them. */
  sources: string[];
  dataHash: string;
  images: number;
  groups: number;
  classes: string[];
  checks: AuditCheck[];
  findings: AuditFinding[];
  seconds: number;
}
