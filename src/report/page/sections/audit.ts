/** What the audit of the data looked at, and what it found. */
import type { AuditFinding } from '../../../data/index.js';
import type { ReportContent } from '../../content.js';
import { html, type Html } from '../html.js';
import { absent, badge, table } from '../parts.js';
import { count, counted, listed, shortHash } from '../words.js';

/** The audit's own file has all of them. */
const mostFindings = 20;

export function auditSection({ audit }: ReportContent): Html {
  return html`<section id="audit" aria-labelledby="audit-title">
    <h2 id="audit-title">Audit of the data</h2>
    ${
      audit === null
        ? absent('The data were not audited.')
        : html`<p>
              ${badge(audit.verdict)} ${audit.headline} ${counted(audit.images, 'image')} of
              ${counted(audit.groups, 'patient')} in ${listed(audit.sources)}, data
              ${shortHash(audit.dataHash)}.
            </p>
            ${table({
              caption: 'Checks of the audit',
              columns: ['Check', 'Result', 'Count', 'What was found'],
              rows: audit.checks.map(({ title, status, count: found, summary }) => [
                title,
                badge(status),
                count(found),
                summary,
              ]),
              numeric: false,
            })}
            ${audit.findings.length > 0 && findingsTable(audit.findings)}`
    }
  </section> `;
}

function findingsTable(findings: readonly AuditFinding[]): Html {
  const shown = findings.slice(0, mostFindings);
  const rest = findings.length - shown.length;
  return html`${table({
    caption: 'Findings of the audit',
    columns: ['Check', 'Finding', 'Files'],
    rows: shown.map(({ check, message, files }) => [
      check,
      message,
      files.map((file) => html`<span class="filename">${file}</span> `),
    ]),
    numeric: false,
  })}
  ${rest > 0 && html`<p>${count(rest)} more are in the run’s audit.json.</p>`}`;
}
