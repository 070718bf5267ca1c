/** The report of a run: one HTML file that needs nothing from elsewhere. */
import { notice } from '../../models/index.js';
import type { ReportContent } from '../content.js';
import { Html, html } from './html.js';
import { htmlDocument } from './document.js';
import { pageScript } from './script.js';
import { auditSection } from './sections/audit.js';
import { evaluationId, evaluationLabel, evaluationSection } from './sections/evaluation.js';
import { probesSection } from './sections/probes.js';
import { ledgerSection, settingsSection } from './sections/records.js';
import { trainingSection } from './sections/training.js';
import { verdict } from './sections/verdict.js';
import { pageStyle } from './style.js';
import { capitalized } from './words.js';

/** The sections that every report has, after those of its evaluations. */
const sections: readonly {
  id: string;
  title: string;
  write: (content: ReportContent) => Html | Promise<Html>;
}[] = [
  { id: 'training', title: 'Training', write: trainingSection },
  { id: 'audit', title: 'Audit of the data', write: auditSection },
  { id: 'probes', title: 'Shortcut probes', write: probesSection },
  { id: 'ledger', title: 'Ledger', write: ledgerSection },
  { id: 'settings', title: 'Settings and versions', write: settingsSection },
];

/**
 * The whole page as text, verdict first. It shows what the run has, and says what it has not; it works from a file,
 * without a network, and in print. The same content gives the same bytes.
 */
export async function reportHtml(content: ReportContent): Promise<string> {
  const evaluations = await Promise.all(
    content.evaluations.map(async (split, index) => evaluationSection(content, split, index)),
  );
  const others = await Promise.all(sections.map(async ({ write }) => write(content)));
  const body = html`
    <a class="skip" href="#main">Skip to the figures</a>
    ${verdict(content)} ${contents(content)}
    <main id="main">${evaluations.length === 0 ? noEvaluation() : evaluations} ${others}</main>
    <footer>
      <p>${notice} Written by roentgen.</p>
    </footer>
  `;
  const title = `${content.title}: roentgen report`;
  return htmlDocument({ title, style: pageStyle, script: pageScript, body });
}

function contents(content: ReportContent): Html {
  const evaluations = content.evaluations.map((_, index) => ({
    id: evaluationId(index),
    title: capitalized(evaluationLabel(content, index)),
  }));
  return html`<nav aria-label="Contents">
    <ul>
      ${[...evaluations, ...sections].map(
        ({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`,
      )}
    </ul>
  </nav>`;
}

function noEvaluation(): Html {
  return html`<section id="evaluation" aria-labelledby="evaluation-title">
    <h2 id="evaluation-title">Evaluation</h2>
    <p class="absent">
      The model has not been evaluated on labeled images: there are no figures, curves or images to
      show.
    </p>
  </section>`;
}
