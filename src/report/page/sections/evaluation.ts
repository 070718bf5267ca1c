/** One evaluation of the model: everything that was measured on one set of images. */
import { evaluationCharts } from '../../charts/ofEvaluation.js';
import type { EvaluatedSplit, ReportContent } from '../../content.js';
import { html, type Html } from '../html.js';
import { capitalized, counted, shortHash } from '../words.js';
import { confusionSection, curvesSection, scoresSection } from './charts.js';
import { decisionSection } from './decision.js';
import { explorerSection } from './explorer.js';
import { figuresSection } from './figures.js';
import { gallerySection } from './gallery.js';

/** The element's id of the evaluation at `index`. */
export function evaluationId(index: number): string {
  return `evaluation-${index + 1}`;
}

/** The name of an evaluation, with its number where another has the same. */
export function evaluationLabel(content: ReportContent, index: number): string {
  const names = content.evaluations.map(({ name }) => name);
  const name = names[index] ?? '';
  return names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} ${index + 1}`;
}

export async function evaluationSection(
  content: ReportContent,
  split: EvaluatedSplit,
  index: number,
): Promise<Html> {
  const id = evaluationId(index);
  const label = evaluationLabel(content, index);
  const charts = evaluationCharts(split);
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${capitalized(label)}</h2>
    <p>
      ${counted(split.metrics.samples, 'image')} of ${split.data}, data
      ${shortHash(split.dataHash)}.
    </p>
    ${await figuresSection(split, charts, label)} ${await confusionSection(split, charts, label)}
    ${await curvesSection(charts)}
    ${await decisionSection(split, charts, content.decisionRule, label)}
    ${await scoresSection(charts)} ${explorerSection(split, `${id}-explorer`, label)}
    ${gallerySection(split.gallery)}
  </section> `;
}
