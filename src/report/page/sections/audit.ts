/** What the audit of the data looked at, and what it found. */
import type { Audit, AuditStatus } from '../../../data/index.js';
import type { ReportContent } from '../../content.js';
import { html, type Html } from '../html.js';
import { absent, badge, table } from '../parts.js';
import { count, counted, listed, shortHash } from '../words.js';

/** Of one check; the audit's own file has all of them. */
const mostFindings = 3;

const gravity: readonly AuditStatus[] = ['fail', 'warn', 'pass'];

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
            ${audit.findings.length > 0 && findingsTable(audit)}`
    }
  </section> `;
}

/** The gravest of each check. */
function findingsTable({ checks, findings }: Audit): Html {
  const shown = checks.flatMap(({ name, title }) =>
    findings
      .filter(({ check }) => check === name)
      .toSorted((a, b) => gravity.indexOf(a.status) - gravity.indexOf(b.status))
      .slice(0, mostFindings)
      .map((finding) => ({ title, ...finding })),
  );
  const rest = findings.length - shown.length;
  return html`${table({
    caption: 'Findings of the audit',
    columns: ['Check', 'Result', 'Finding', 'Files'],
    rows: shown.map(({ title, status, message, files }) => [
      title,
      badge(status),
      message,
      files.map((file) => html`<span class="filename">${file}</span> `),
    ]),
    numeric: false,
  })}
  ${rest > 0 && html`<p>${count(rest)} more are in the run’s audit.json.</p>`}`;
}
