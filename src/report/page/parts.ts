/** Pieces that many sections are made of: tables, charts, badges. */
import type { AuditStatus } from '../../data/index.js';
import type { Chart } from '../charts/chart.js';
import { pageInk } from '../charts/ink.js';
import { renderSvg } from '../charts/render.js';
import { Html, html, type Content } from './html.js';

export interface Table {
  /** Unique in the page. */
  caption: string;
  columns: readonly string[];
  /** The first cell of a row is its header. */
  rows: readonly (readonly Content[])[];
  /** Whether all columns but the first hold numbers; default true. */
  numeric?: boolean;
}

/** A table that scrolls by itself where the page is too narrow. */
export function table({ caption, columns, rows, numeric = true }: Table): Html {
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0">
    <table class="${numeric ? 'numbers' : 'words'}">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(([header = null, ...cells]) => {
          const body = cells.map((cell) => html`<td>${cell}</td>`);
          return html`<tr>
            <th scope="row">${header}</th>
            ${body}
          </tr>`;
        })}
      </tbody>
    </table>
  </div> `;
}

/** A chart with its caption; a `wide` one scrolls rather than shrink past reading. */
export async function figure(chart: Chart, caption: Content, wide = false): Promise<Html> {
  const svg = new Html(await renderSvg(chart, pageInk));
  const drawing = wide
    ? html`<div class="wide" role="group" aria-label="${chart.title}" tabindex="0">${svg}</div>`
    : svg;
  return html`<figure class="chart">
    ${drawing}
    <figcaption>${caption}</figcaption>
  </figure> `;
}

const statuses: Readonly<Record<AuditStatus, { mark: string; word: string }>> = {
  pass: { mark: '✓', word: 'pass' },
  warn: { mark: '!', word: 'warning' },
  fail: { mark: '✗', word: 'fail' },
};

/** A status in a word, a mark and a color. */
export function badge(status: AuditStatus): Html {
  const { mark, word } = statuses[status];
  return html`<span class="badge ${status}"><span aria-hidden="true">${mark}</span> ${word}</span>`;
}

/** That a section has nothing to show, and why. */
export function absent(sentence: string): Html {
  return html`<p class="absent">${sentence}</p> `;
}
