/** The metrics of a classifier as text for the terminal. */
import { formatReport } from './classificationReport.js';
import { formatConfusion } from './confusion.js';
import type { ClassificationMetrics } from './evaluateClassification.js';

/** The metrics as text: report, confusion matrix, accuracy and AUROC, and what is undefined and why. */
export function formatMetrics(metrics: ClassificationMetrics): string {
  const right = Math.round(metrics.accuracy * metrics.samples);
  const lines = [`accuracy     ${rate(metrics.accuracy)} (${right} of ${metrics.samples})`];
  if (metrics.binary === null) {
    lines.push(`AUROC        ${rate(metrics.auroc)} (one class against the rest, macro average)`);
  } else {
    const { positive, sensitivity, specificity } = metrics.binary;
    lines.push(
      `AUROC        ${rate(metrics.auroc)}`,
      `sensitivity  ${rate(sensitivity)} (positive class ${positive})`,
      `specificity  ${rate(specificity)}`,
    );
  }
  if (metrics.aurocUndefined !== null) {
    lines.push(metrics.aurocUndefined);
  }
  const zeros = metrics.zeroDivisions.map((zero) => `${zero.score} of ${zero.class}`);
  if (zeros.length > 0) {
    lines.push(`0/0 counted as 0: ${zeros.join(', ')}`);
  }
  return [
    formatReport(metrics),
    formatConfusion(metrics.confusionMatrix, metrics.classes),
    `${lines.join('\n')}\n`,
  ].join('\n');
}

function rate(value: number | null): string {
  return value === null ? 'undefined' : value.toFixed(4);
}
