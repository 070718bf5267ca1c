/** The figures over all classes, by name: how each is read from metrics, and called in print. */
import type { ClassificationMetrics } from './evaluateClassification.js';
import type { OverallFigure } from '../intervals/metricIntervals.js';

/** Null where the figure is undefined. */
export function overallFigure(
  metrics: ClassificationMetrics,
  figure: OverallFigure,
): number | null {
  return readers[figure](metrics);
}

const readers: Readonly<Record<OverallFigure, (metrics: ClassificationMetrics) => number | null>> =
  {
    accuracy: ({ accuracy }) => accuracy,
    balancedAccuracy: ({ balancedAccuracy }) => balancedAccuracy,
    mcc: ({ mcc }) => mcc,
    auroc: ({ auroc }) => auroc,
    averagePrecision: ({ averagePrecision }) => averagePrecision,
    brier: ({ brier }) => brier,
    ece: ({ ece }) => ece,
    macroPrecision: ({ macro }) => macro.precision,
    macroRecall: ({ macro }) => macro.recall,
    macroF1: ({ macro }) => macro.f1,
    weightedPrecision: ({ weighted }) => weighted.precision,
    weightedRecall: ({ weighted }) => weighted.recall,
    weightedF1: ({ weighted }) => weighted.f1,
    sensitivity: ({ binary }) => binary?.sensitivity ?? null,
    specificity: ({ binary }) => binary?.specificity ?? null,
  };

/** The least and the greatest value that a figure can have. */
export function figureRange(figure: OverallFigure): readonly [number, number] {
  return otherRanges[figure] ?? [0, 1];
}

const otherRanges: Readonly<Partial<Record<OverallFigure, readonly [number, number]>>> = {
  mcc: [-1, 1],
  brier: [0, 2],
};

export const figureTitles: Readonly<Record<OverallFigure, string>> = {
  accuracy: 'accuracy',
  balancedAccuracy: 'balanced acc.',
  mcc: 'MCC',
  auroc: 'AUROC',
  averagePrecision: 'avg precision',
  brier: 'Brier score',
  ece: 'ECE',
  macroPrecision: 'macro precision',
  macroRecall: 'macro recall',
  macroF1: 'macro F1',
  weightedPrecision: 'weighted precision',
  weightedRecall: 'weighted recall',
  weightedF1: 'weighted F1',
  sensitivity: 'sensitivity',
  specificity: 'specificity',
};
