/** How the figures of an evaluation are called, on the Hugging Face Hub and in print. */
import type { ClassFigure, Estimate, OverallFigure } from '../../evaluation/index.js';
import { undefinedFigure } from './markdown.js';

interface FigureNames {
  title: string;
  /** The metric's identifier in `model-index`; the Hub's own where there is one. */
  type: string;
  /** Whether hf.co/metrics has it. */
  onHub: boolean;
}

export const figureNames: Readonly<Record<OverallFigure, FigureNames>> = {
  accuracy: { title: 'Accuracy', type: 'accuracy', onHub: true },
  balancedAccuracy: { title: 'Balanced accuracy', type: 'balanced_accuracy', onHub: false },
  auroc: { title: 'AUROC', type: 'roc_auc', onHub: true },
  averagePrecision: { title: 'Average precision', type: 'average_precision', onHub: false },
  sensitivity: { title: 'Sensitivity', type: 'sensitivity', onHub: false },
  specificity: { title: 'Specificity', type: 'specificity', onHub: false },
  macroPrecision: { title: 'Precision (macro)', type: 'precision', onHub: true },
  macroRecall: { title: 'Recall (macro)', type: 'recall', onHub: true },
  macroF1: { title: 'F1 (macro)', type: 'f1', onHub: true },
  weightedPrecision: { title: 'Precision (weighted)', type: 'precision', onHub: true },
  weightedRecall: { title: 'Recall (weighted)', type: 'recall', onHub: true },
  weightedF1: { title: 'F1 (weighted)', type: 'f1', onHub: true },
  mcc: { title: "Matthews' correlation", type: 'matthews_correlation', onHub: true },
  brier: { title: 'Brier score', type: 'brier_score', onHub: true },
  ece: {
    title: 'Expected calibration error',
    type: 'expected_calibration_error',
    onHub: false,
  },
};

/** In the order in which tables print them. */
export const printedFigures = Object.keys(figureNames) as OverallFigure[];

/** What a reader wants first; sensitivity and specificity exist with two classes. */
export const headlineFigures = [
  'accuracy',
  'auroc',
  'sensitivity',
  'specificity',
  'macroF1',
] as const satisfies readonly OverallFigure[];

export const classFigureTitles: Readonly<Record<ClassFigure, string>> = {
  precision: 'Precision',
  recall: 'Recall',
  f1: 'F1',
  specificity: 'Specificity',
  npv: 'Negative predictive value',
  balancedAccuracy: 'Balanced accuracy',
  mcc: "Matthews' correlation",
  auroc: 'AUROC',
  averagePrecision: 'Average precision',
};

/** Three decimals: with a thousand images the second one is in doubt already. */
export function rate(value: number | null): string {
  return value === null ? undefinedFigure : value.toFixed(3);
}

/** `0.899–0.941`. */
export function range(low: number, high: number): string {
  return `${rate(low)}–${rate(high)}`;
}

/** `0.923 (0.899–0.941)`. */
export function withInterval(estimate: Estimate | null): string {
  return estimate === null
    ? undefinedFigure
    : `${rate(estimate.value)} (${range(estimate.low, estimate.high)})`;
}

/** `95% CI`. */
export function intervalName(confidence: number): string {
  return `${String(Math.round(confidence * 1000) / 10)}% CI`;
}
