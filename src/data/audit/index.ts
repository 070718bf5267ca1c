/** What the rest of `data` may know of the audit. */
export { auditData, auditPacked } from './audit.js';
export { joinCopies } from './joinCopies.js';
export { readAudit, writeAudit } from './file.js';
export type { AuditOptions } from './audit.js';
export type { Audit, AuditCheck, AuditFinding, AuditStatus } from './types.js';
