/** All reproductions of a folder on one page, each with its verdicts. */
import { relative } from 'node:path';
import { notice } from '../../models/index.js';
import { html, htmlDocument, pageStyle, table } from '../../report/index.js';
import type { Reproduction } from '../types.js';
import { durationText, quickText, verdictCounts } from '../words.js';

/** @param folder that the page will be in */
export function overviewHtml(reproductions: readonly Reproduction[], folder: string): string {
  const rows = reproductions.map(({ page, recipe, title, quick, steps, figures, seconds }) => [
    html`<a href="${relative(folder, page)}">${recipe}</a>`,
    `${title}${quick ? ' (quick)' : ''}`,
    verdictCounts(figures),
    `${steps.filter(({ state }) => state === 'failed').length} of ${steps.length}`,
    durationText(seconds),
  ]);
  const body = html`
    <main>
      <p class="eyebrow">roentgen reproduce</p>
      <h1>Reproductions</h1>
      <p class="notice">${notice}</p>
      ${reproductions.some(({ quick }) => quick) && html`<p class="notice">${quickText}</p>`}
      ${table({
        caption: 'Reports and what became of their figures',
        columns: ['Recipe', 'Report', 'Figures', 'Steps that failed', 'Time'],
        rows,
        numeric: false,
      })}
    </main>
    <footer><p>Written by roentgen.</p></footer>
  `;
  return htmlDocument({ title: 'Reproductions', style: pageStyle, body });
}
