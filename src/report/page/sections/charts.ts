/** Confusion matrix, ROC, precision-recall and score histograms of one evaluation. */
import { rowPercent } from '../../../evaluation/index.js';
import type { EvaluationCharts } from '../../charts/ofEvaluation.js';
import type { EvaluatedSplit } from '../../content.js';
import { html, type Html } from '../html.js';
import { figure, table } from '../parts.js';
import { count, percent } from '../words.js';

/** More classes than this make a matrix that a phone must scroll. */
const mostNarrowClasses = 5;

export async function confusionSection(
  { metrics }: EvaluatedSplit,
  charts: EvaluationCharts,
  label: string,
): Promise<Html> {
  const { classes, confusionMatrix } = metrics;
  const shares = rowPercent(confusionMatrix);
  return html`<h3>Confusion matrix</h3>
    ${await figure(
      charts.confusionMatrix,
      'Counts and percent of the true class, each image answered with its most probable class',
      classes.length > mostNarrowClasses,
    )}
    <details>
      <summary>The matrix as a table</summary>
      ${table({
        caption: `Confusion matrix, ${label}: true classes down, predicted classes across`,
        columns: ['True class', ...classes],
        rows: confusionMatrix.map((row, truth) => [
          classes[truth] ?? '',
          ...row.map((value, answer) => {
            const share = shares[truth]?.[answer] ?? null;
            return `${count(value)} (${percent(share === null ? null : share / 100)})`;
          }),
        ]),
      })}
    </details> `;
}

export async function curvesSection(charts: EvaluationCharts): Promise<Html> {
  return html`<h3>ROC and precision-recall</h3>
    <div class="charts">
      ${await figure(
        charts.roc,
        'Band, with up to four classes: Wilson’s 95% interval of the sensitivity at each false positive rate; dotted: chance',
      )}
      ${await figure(
        charts.precisionRecall,
        'Band, with up to four classes: Wilson’s 95% interval of the precision; dotted: share of positive images',
      )}
    </div> `;
}

export async function scoresSection(charts: EvaluationCharts): Promise<Html> {
  const figures = await Promise.all(
    charts.scoreHistograms.map(async (chart) => figure(chart, 'Probabilities before calibration')),
  );
  return html`<h3>Scores</h3>
    <div class="charts">${figures}</div> `;
}
