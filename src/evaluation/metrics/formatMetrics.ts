/** The metrics of a classifier as text for the terminal. */
import { formatReport } from './classificationReport.js';
import { formatConfusion } from './confusion.js';
import type { ClassificationMetrics } from './evaluateClassification.js';
import type { MetricIntervals, OverallFigure } from '../intervals/metricIntervals.js';
import { figureTitles, overallFigure } from './overallFigure.js';
import { padLeft } from '../text.js';

/** Those that the report does not have, but for the accuracy, which there has two decimals only. */
const shownFigures = [
  'accuracy',
  'balancedAccuracy',
  'mcc',
  'auroc',
  'averagePrecision',
  'sensitivity',
  'specificity',
  'brier',
  'ece',
] as const satisfies readonly OverallFigure[];

/** Figures of two classes only. */
const binaryFigures: readonly OverallFigure[] = ['sensitivity', 'specificity'];

/**
 * scikit-learn's report, the confusion matrix, the figures over all classes in up to 80 columns, and what is
 * undefined and why.
 * @param intervals of the same images; with them each figure is followed by its 95% interval
 */
export function formatMetrics(metrics: ClassificationMetrics, intervals?: MetricIntervals): string {
  const figures = shownFigures.filter(
    (figure) => metrics.binary !== null || !binaryFigures.includes(figure),
  );
  const rows = figures.map((figure) => {
    const estimate = intervals?.overall[figure];
    const interval = estimate ? ` [${rate(estimate.low)}, ${rate(estimate.high)}]` : '';
    const after = `${interval}${remark(figure, metrics)}`;
    return { title: figureTitles[figure], value: rate(overallFigure(metrics, figure)), after };
  });
  const titleWidth = Math.max(...rows.map(({ title }) => title.length));
  const valueWidth = Math.max(...rows.map(({ value }) => value.length));
  const lines = rows.map(
    ({ title, value, after }) =>
      `${title.padEnd(titleWidth)}  ${padLeft(value, valueWidth)}${after}`,
  );
  if (metrics.aurocUndefined !== null) {
    lines.push(metrics.aurocUndefined);
  }
  const zeros = metrics.zeroDivisions.map((zero) => `${zero.score} of ${zero.class}`);
  if (zeros.length > 0) {
    lines.push(`0/0 counted as 0: ${zeros.join(', ')}`);
  }
  if (intervals !== undefined) {
    const { draws, groups } = intervals;
    lines.push(
      '',
      "95% intervals: Wilson's for rates and DeLong's for the AUROC of two classes,",
      `which take images as independent; else ${draws} bootstrap draws of ${groups} patients`,
    );
  }
  return [
    formatReport(metrics),
    formatConfusion(metrics.confusionMatrix, metrics.classes),
    `${lines.join('\n')}\n`,
  ].join('\n');
}

/** What a figure needs to be understood, behind it. */
function remark(figure: OverallFigure, metrics: ClassificationMetrics): string {
  if (figure === 'accuracy') {
    return ` (${Math.round(metrics.accuracy * metrics.samples)} of ${metrics.samples})`;
  }
  if (figure === 'sensitivity' && metrics.binary !== null) {
    return ` (positive class ${metrics.binary.positive})`;
  }
  const averaged = figure === 'auroc' || figure === 'averagePrecision';
  return averaged && metrics.binary === null ? ' (macro average, one against the rest)' : '';
}

function rate(value: number | null): string {
  return value === null ? 'undefined' : value.toFixed(4);
}
