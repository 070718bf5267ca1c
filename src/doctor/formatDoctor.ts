/** The doctor's report as text for the terminal. */
import type { Check, CheckStatus, DoctorReport } from './types.js';

const marks: Readonly<Record<CheckStatus, string>> = { ok: '✓', warning: '!', failed: '✗' };

/** A line for each check, below it what helps, and a verdict. */
export function formatDoctor({ healthy, version, root, checks }: DoctorReport): string {
  const widest = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(widest + 4);
  const lines = checks.flatMap(({ name, status, summary, remedy }) => [
    `${marks[status]} ${name.padEnd(widest)}  ${summary}`,
    ...(remedy === undefined ? [] : [`${indent}→ ${remedy}`]),
  ]);
  const heading = `roentgen ${version} in ${root}`;
  return `${[heading, '', ...lines, '', verdict(healthy, checks)].join('\n')}\n`;
}

function verdict(healthy: boolean, checks: readonly Check[]): string {
  const count = (status: CheckStatus): number =>
    checks.filter((check) => check.status === status).length;
  if (!healthy)
    return `${count('failed')} of ${checks.length} checks failed. What helps stands behind the arrows.`;
  const warnings = count('warning');
  return warnings === 0
    ? 'Everything works.'
    : `Everything works; ${warnings} of ${checks.length} checks ask for attention.`;
}
