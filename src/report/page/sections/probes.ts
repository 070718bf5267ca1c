/** What baselines get right that see only a part of what the model sees. */
import type { ProbeResult, ReportContent } from '../../content.js';
import { html, type Html } from '../html.js';
import { absent, table } from '../parts.js';
import { ends, fixed, percent } from '../words.js';

export function probesSection({ probes }: ReportContent): Html {
  return html`<section id="probes" aria-labelledby="probes-title">
    <h2 id="probes-title">Shortcut probes</h2>
    ${
      probes === null
        ? absent('No probe was run: shortcuts in the data are not ruled out.')
        : html`<p>
              Small networks that see only a part of what the model sees. What those get right that
              cannot see disease, the model may owe to something else than disease.
            </p>
            ${table({
              caption: 'Shortcut probes',
              columns: [
                'Sees only',
                'Accuracy',
                'Balanced accuracy',
                'AUROC (95% interval)',
                'Share of the model’s skill',
                'Verdict',
              ],
              rows: probes.map((probe) => [
                probe.title,
                fixed(probe.accuracy),
                fixed(probe.balancedAccuracy),
                aurocWords(probe.auroc, probe.aurocInterval),
                percent(probe.explainedShare),
                verdictOf(probe),
              ]),
            })}`
    }
  </section> `;
}

function verdictOf({ flagged, decides = true }: ProbeResult): Html | string {
  if (!decides) return 'informs only';
  return flagged
    ? html`<span class="badge fail"><span aria-hidden="true">✗</span> shortcut</span>`
    : html`<span class="badge pass"><span aria-hidden="true">✓</span> not flagged</span>`;
}

function aurocWords(auroc: number | null, interval: readonly [number, number] | null): string {
  if (interval === null) return fixed(auroc);
  const [low, high] = interval;
  return `${fixed(auroc)} (${ends({ low, high })})`;
}
