/** A reproduction as one page: what the report did, its figures beside ours, and each step with its files. */
import { extname, relative } from 'node:path';
import { notice } from '../../models/index.js';
import { html, htmlDocument, pageStyle, table, type Html } from '../../report/index.js';
import type { ComparedFigure } from '../compare.js';
import type { Reproduction, StepResult } from '../types.js';
import { ruleText, type Measured } from '../verdict.js';
import {
  durationText,
  intervalText,
  quickText,
  settingText,
  valueText,
  verdictCounts,
} from '../words.js';

const style = `${pageStyle}
.step { border-top: 1px solid var(--line); padding-top: .4rem; margin-top: 1.6rem; }
.step pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--raised); padding: .6rem .8rem; border-radius: 4px; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1rem; }
.pictures figure { margin: 0; }
.pictures img { max-width: 100%; max-height: 26rem; background: #fff; border-radius: 3px; }
`;

/** Pictures are files beside the page, by relative links. */
const pictureTypes = new Set(['.svg', '.png', '.jpg']);

const badges: Readonly<Record<ComparedFigure['verdict'], string>> = {
  beaten: 'pass',
  reproduced: 'pass',
  'not reproduced': 'fail',
  'not computed': 'warn',
  'not compared': 'warn',
};

/** The same reproduction gives the same bytes. */
export function reproductionHtml(reproduction: Reproduction): string {
  const { recipe, title, report, about, quick, figures, steps } = reproduction;
  const body = html`
    <main>
      <p class="eyebrow">Reproduction of ${report}</p>
      <h1>${title}</h1>
      <p class="headline">
        ${figures.length === 0 ? 'No figures to compare.' : `Figures: ${verdictCounts(figures)}.`}
      </p>
      <p class="notice">${notice}</p>
      ${quick && html`<p class="notice">${quickText}</p>`}
      <p>${about}</p>
      <p>${settingText(reproduction)}</p>
      ${figuresSection(reproduction)} ${gapsSection(reproduction)} ${dataSection(reproduction)}
      <h2>Steps</h2>
      ${steps.map((step) => stepSection(step, reproduction))}
    </main>
    <footer>
      <p>
        Written by <code>roentgen reproduce ${recipe}</code>; the same as data:
        <a href="reproduction.json">reproduction.json</a>.
      </p>
    </footer>
  `;
  return htmlDocument({ title: `Reproduction: ${title}`, style, body, pictures: 'beside' });
}

function figuresSection({ figures }: Reproduction): Html | null {
  if (figures.length === 0) return null;
  const rows = figures.map(({ name, theirs, ours, unit, verdict, reason, note }) => [
    name,
    measuredHtml(theirs, unit),
    ours === null ? '–' : measuredHtml(ours, unit),
    html`<span class="badge ${badges[verdict]}">${verdict}</span>`,
    [reason, note].filter((text) => text !== null).join('. '),
  ]);
  return html`<h2>Figures</h2>
    ${table({
      caption: "The report's figures and ours, with intervals of 95%",
      columns: ['Figure', 'Report', 'Ours', 'Verdict', 'To know'],
      rows,
      numeric: false,
    })}
    <p>${ruleText}</p>`;
}

/** An interval stays on one line of a narrow column. */
function measuredHtml(figure: Measured, unit: string | null): Html {
  const interval = intervalText(figure, unit);
  return html`${valueText(figure, unit)}
  ${interval !== '' && html`<span class="nowrap">${interval}</span>`}`;
}

function gapsSection({ gaps }: Reproduction): Html | null {
  if (gaps.length === 0) return null;
  return html`<h2>Gaps that were filled</h2>
    ${table({
      caption: 'What the report leaves open or cannot be had, and what was taken',
      columns: ['What', 'Taken', 'Why'],
      rows: gaps.map(({ what, taken, why }) => [what, taken, why]),
      numeric: false,
    })}`;
}

function dataSection({ data }: Reproduction): Html | null {
  const rows = Object.entries(data);
  if (rows.length === 0) return null;
  return html`<h2>Data</h2>
    ${table({ caption: 'What was given', columns: ['Name', 'Path'], rows, numeric: false })}`;
}

function stepSection(
  { name, title, command, state, seconds, reason, files, log }: StepResult,
  { output }: Reproduction,
): Html {
  const link = (file: string): string =>
    relative(output, file).split('/').map(encodeURIComponent).join('/');
  const pictures = files.filter((file) => pictureTypes.has(extname(file)));
  const others = [
    ...files.filter((file) => !pictures.includes(file)),
    ...(log === null ? [] : [log]),
  ];
  const tone = state === 'failed' ? 'fail' : state === 'left out' ? 'warn' : 'pass';
  return html`<section class="step" id="${name}" aria-labelledby="${name}-title">
    <h3 id="${name}-title">${title === null ? name : `${name}: ${title}`}</h3>
    <p>
      <span class="badge ${tone}">${state === 'kept' ? 'done before' : state}</span>
      ${seconds > 0 ? durationText(seconds) : null}
    </p>
    <pre>${command}</pre>
    ${reason !== null && html`<pre class="fail">${reason}</pre>`}
    ${
      pictures.length > 0 &&
      html`<div class="pictures">
        ${pictures.map(
          (file) =>
            html`<figure>
              <a href="${link(file)}"
                ><img src="${link(file)}" alt="${relative(output, file)}" loading="lazy"
              /></a>
              <figcaption>${relative(output, file)}</figcaption>
            </figure>`,
        )}
      </div>`
    }
    ${
      others.length > 0 &&
      html`<ul>
        ${others.map((file) => html`<li><a href="${link(file)}">${relative(output, file)}</a></li>`)}
      </ul>`
    }
  </section> `;
}
