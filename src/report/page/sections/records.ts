/** What is on record: the ledger of evaluations, the settings, the versions. */
import type { Fact, ReportContent } from '../../content.js';
import { html, type Html } from '../html.js';
import { absent, table } from '../parts.js';
import { count, moment, shortHash } from '../words.js';

export function ledgerSection({ ledger }: ReportContent): Html {
  return html`<section id="ledger" aria-labelledby="ledger-title">
    <h2 id="ledger-title">Ledger</h2>
    ${
      ledger.length === 0
        ? absent('No evaluation is in the ledger.')
        : html`<p>Every look at images that the model had never learned from.</p>
            ${table({
              caption: 'Evaluations, oldest first',
              columns: ['When', 'Split', 'Images', 'Data', 'Data hash', 'Model hash', 'Why'],
              rows: ledger.map((entry) => [
                html`<span class="nowrap">${moment(entry.when)}</span>`,
                entry.split,
                count(entry.images),
                entry.data,
                html`<code>${shortHash(entry.dataHash)}</code>`,
                html`<code>${shortHash(entry.modelHash)}</code>`,
                entry.why,
              ]),
              numeric: false,
            })}`
    }
  </section> `;
}

export function settingsSection({ settings, versions, data }: ReportContent): Html {
  const normalization = { name: 'normalization', value: data.normalization };
  const named = settings.some(({ name }) => name === normalization.name);
  return html`<section id="settings" aria-labelledby="settings-title">
    <h2 id="settings-title">Settings and versions</h2>
    ${factsTable('Settings', named ? settings : [...settings, normalization])}
    ${
      versions.length === 0 ? absent('No versions are recorded.') : factsTable('Versions', versions)
    }
  </section> `;
}

function factsTable(caption: string, facts: readonly Fact[]): Html {
  return table({
    caption,
    columns: ['Name', 'Value'],
    rows: facts.map(({ name, value }) => [name, value]),
    numeric: false,
  });
}
