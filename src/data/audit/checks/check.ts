/** The common shape of all checks. */
import type { Material } from '../material.js';
import type { AuditCheck, AuditFinding } from '../types.js';

/** What a check says; its name goes into the findings. */
export interface Verdict extends Pick<AuditCheck, 'status' | 'count' | 'summary'> {
  findings: Omit<AuditFinding, 'check'>[];
}

export interface Check extends Pick<AuditCheck, 'name' | 'title'> {
  inspect: (material: Material) => Verdict;
}

/** The worst of them; `pass` for none. */
export function worst(statuses: Iterable<AuditCheck['status']>): AuditCheck['status'] {
  const found = new Set(statuses);
  return (['fail', 'warn'] as const).find((status) => found.has(status)) ?? 'pass';
}
