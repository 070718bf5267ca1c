/** All figures of one evaluation with their intervals: overall, and per class. */
import type { ClassFigure, IntervalMethod, OverallFigure } from '../../../evaluation/index.js';
import type { EvaluationCharts } from '../../charts/ofEvaluation.js';
import type { EvaluatedSplit } from '../../content.js';
import { html, type Html } from '../html.js';
import { figure, table } from '../parts.js';
import { count, ends, fixed, withEnds } from '../words.js';

const overallNames: Readonly<Record<OverallFigure, string>> = {
  accuracy: 'Accuracy',
  balancedAccuracy: 'Balanced accuracy',
  sensitivity: 'Sensitivity',
  specificity: 'Specificity',
  auroc: 'AUROC',
  averagePrecision: 'Average precision',
  mcc: 'Matthews correlation',
  macroPrecision: 'Precision, macro',
  macroRecall: 'Recall, macro',
  macroF1: 'F1, macro',
  weightedPrecision: 'Precision, weighted',
  weightedRecall: 'Recall, weighted',
  weightedF1: 'F1, weighted',
  brier: 'Brier score',
  ece: 'Expected calibration error, 15 bins',
};

const classNames: Readonly<Record<ClassFigure, string>> = {
  recall: 'Recall (sensitivity)',
  specificity: 'Specificity',
  precision: 'Precision (PPV)',
  npv: 'NPV',
  f1: 'F1',
  balancedAccuracy: 'Balanced accuracy',
  mcc: 'Matthews correlation',
  auroc: 'AUROC',
  averagePrecision: 'Average precision',
};

const methods: Readonly<Record<IntervalMethod, string>> = {
  wilson: 'Wilson',
  delong: 'DeLong',
  bootstrap: 'patient bootstrap',
};

/** `label` names the evaluation in captions. */
export async function figuresSection(
  { intervals, metrics }: EvaluatedSplit,
  charts: EvaluationCharts,
  label: string,
): Promise<Html> {
  const overall = Object.entries(overallNames) as [OverallFigure, string][];
  const perClass = Object.entries(classNames) as [ClassFigure, string][];
  const zeros = metrics.zeroDivisions.map((zero) => `${zero.score} of ${zero.class}`);
  return html`<h3>Figures with intervals</h3>
    <p>
      ${count(intervals.draws)} bootstrap draws of ${count(intervals.groups)} patients, seed
      ${intervals.seed}. ${metrics.aurocUndefined}
      ${zeros.length > 0 && `0/0 counted as 0: ${zeros.join(', ')}.`}
    </p>
    <div class="charts figures">
      <div>
        ${table({
          caption: `Overall figures, ${label}`,
          columns: ['Figure', 'Value', '95% interval', 'Method'],
          rows: overall.flatMap(([key, name]) => {
            const estimate = intervals.overall[key];
            if (estimate === null) return [];
            return [[name, fixed(estimate.value), ends(estimate), methods[estimate.method]]];
          }),
        })}
      </div>
      <div>
        ${table({
          caption: `Figures per class with 95% intervals, ${label}`,
          columns: ['Figure', ...metrics.classes],
          rows: [
            ['Images', ...metrics.perClass.map(({ support }) => count(support))],
            ...perClass.map(([key, name]) => [
              name,
              ...intervals.perClass.map((entry) => withEnds(entry[key])),
            ]),
          ],
        })}
        ${await figure(charts.classFigures, 'Figures of each class, 95% intervals')}
      </div>
    </div> `;
}
