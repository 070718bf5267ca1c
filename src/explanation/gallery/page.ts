/** The gallery of explanations: one page beside its pictures, filtered, sorted and faded in the browser. */
import type { Problem } from '../../data/index.js';
import { notice } from '../../models/index.js';
import { html, htmlDocument, pageStyle, type Html } from '../../report/index.js';
import { methodOf, methods, type MethodName } from '../methods.js';
import type { ExplanationRow } from '../table.js';
import { figure, percent } from '../words.js';
import { galleryScript } from './script.js';
import { galleryStyle } from './style.js';

export interface GalleryContent {
  rows: readonly ExplanationRow[];
  /** In the model's order. */
  classes: readonly string[];
  /** As the user named it. */
  model: string;
  problems: readonly Problem[];
}

/** What the cards can be sorted by: their data, and whether the largest comes first. */
const orders = [
  { key: 'position', title: 'file', descending: false },
  { key: 'probability', title: 'probability', descending: true },
  { key: 'evidence', title: 'raw maximum', descending: true },
  { key: 'border', title: 'share at the border', descending: true },
] as const;

/** The whole page as text. It works from its folder without a network; the same content gives the same bytes. */
export function galleryHtml(content: GalleryContent): string {
  const style = `${pageStyle}${galleryStyle}`;
  const cards = cardsOf(content.rows);
  const title = `Explanations by ${content.model}`;
  const body = html`
    <a class="skip" href="#main">Skip to the images</a>
    <header>
      <p class="eyebrow">roentgen explain</p>
      <h1>${title}</h1>
      <p class="notice">${notice}.</p>
      <p>
        What a map shows is where the network looked, not where a finding is. Color covers an image
        where its map is high; maps without evidence leave it as it is, and say so.
      </p>
    </header>
    ${controls(content, cards)}
    <main id="main">
      <ul class="cards">
        ${cards.map(card)}
      </ul>
      ${problemList(content.problems)}
    </main>
    <footer>
      <p>${notice} Written by roentgen; all figures are in explanations.csv.</p>
    </footer>
  `;
  return htmlDocument({ title, style, script: galleryScript, pictures: 'beside', body });
}

/** One for each explanation; the convolutions of one image share a sheet, and a card. */
function cardsOf(rows: readonly ExplanationRow[]): ExplanationRow[] {
  const seen = new Set<string>();
  return rows.filter(({ method, files: { image, figure: sheet } }) => {
    if (method !== 'activations') return image !== undefined;
    if (sheet === undefined || seen.has(sheet)) return false;
    seen.add(sheet);
    return true;
  });
}

function controls({ classes }: GalleryContent, cards: readonly ExplanationRow[]): Html {
  const shown = (Object.keys(methods) as MethodName[]).filter((name) =>
    cards.some(({ method }) => method === name),
  );
  const select = (part: string, label: string, options: readonly Html[]): Html =>
    html`<label
      >${label}
      <select data-part="${part}">
        ${options}
      </select></label
    >`;
  const all = html`<option value="">all</option>`;
  return html`<form class="filters" aria-label="Which images, and how">
    ${select('prediction', 'Prediction', [
      all,
      ...classes.map((name) => html`<option value="${name}">${name}</option>`),
    ])}
    ${select('method', 'Method', [
      all,
      ...shown.map((name) => html`<option value="${name}">${methodOf(name).title}</option>`),
    ])}
    ${select('found', 'Evidence', [
      all,
      html`<option value="yes">found</option>`,
      html`<option value="no">none</option>`,
    ])}
    ${select(
      'order',
      'Sort by',
      orders.map(
        ({ key, title, descending }) =>
          html`<option value="${key}" data-descending="${descending ? 'yes' : 'no'}">
            ${title}
          </option>`,
      ),
    )}
    <label class="fade">
      Overlay
      <input data-part="fade" type="range" min="0" max="100" value="100" />
      <output data-part="share">100%</output>
    </label>
    <p role="status" data-part="status">${cards.length} shown</p>
  </form>`;
}

function card(row: ExplanationRow, position: number): Html {
  const { filename, prediction, probability, abstain, method, target, evidence, files } = row;
  const { title } = methodOf(method);
  const place = row.borderShare === null ? null : `${percent(row.borderShare)} at the border`;
  const found = evidence ? `raw maximum ${figure(row.rawMaximum)}` : 'no evidence';
  const of =
    row.layers.length > 0 && method !== 'activations' ? ` of ${row.layers.join(', ')}` : '';
  return html`<li
    data-position="${position}"
    data-probability="${probability}"
    data-evidence="${row.rawMaximum}"
    data-border="${row.borderShare ?? -1}"
    data-prediction="${prediction}"
    data-method="${method}"
    data-found="${evidence ? 'yes' : 'no'}"
  >
    <figure>
      ${pictures(row)}
      <figcaption>
        <span class="answer">${prediction} ${percent(probability)}</span>
        ${abstain === null ? null : html`<span class="uncertain">uncertain: ${abstain}</span>`}
        <span>${title}${of}${target === null ? '' : ` for ${target}`}</span>
        ${
          method === 'activations'
            ? null
            : html`<span class="${evidence ? 'muted' : 'none'}"
                >${found}${place === null ? '' : `, ${place}`}</span
              >`
        }
        <span class="filename">${filename}</span>
        ${
          files.figure === undefined
            ? null
            : html`<a href="${files.figure}"
                >figure<span class="hidden"> of ${filename}, ${title}</span></a
              >`
        }
      </figcaption>
    </figure>
  </li>`;
}

/** The overlay lies on the image and fades; a sheet of activations stands alone. */
function pictures({ filename, method, files }: ExplanationRow): Html {
  const title = methodOf(method).title;
  if (files.overlay === undefined) {
    return html`<div class="sheet">
      <img src="${files.figure ?? ''}" alt="${title} of ${filename}" loading="lazy" />
    </div>`;
  }
  return html`<div class="stack">
    <img src="${files.image ?? ''}" alt="Radiograph ${filename}" loading="lazy" />
    <img class="over" src="${files.overlay}" alt="${title} over it" loading="lazy" />
  </div>`;
}

function problemList(problems: readonly Problem[]): Html | null {
  if (problems.length === 0) return null;
  return html`<section aria-labelledby="problems">
    <h2 id="problems">Not explained</h2>
    <ul>
      ${problems.map(({ file, message }) => html`<li><code>${file}</code>: ${message}</li>`)}
    </ul>
  </section>`;
}
