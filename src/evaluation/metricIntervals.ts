/** The 95% intervals of all metrics of one evaluation. */
import type { Estimate } from './estimate.js';

export const overallFigures = [
  'accuracy',
  'balancedAccuracy',
  'mcc',
  'auroc',
  'averagePrecision',
  'brier',
  'ece',
  'macroPrecision',
  'macroRecall',
  'macroF1',
  'weightedPrecision',
  'weightedRecall',
  'weightedF1',
  'sensitivity',
  'specificity',
] as const;
export type OverallFigure = (typeof overallFigures)[number];

export const classFigures = [
  'precision',
  'recall',
  'f1',
  'specificity',
  'npv',
  'balancedAccuracy',
  'mcc',
  'auroc',
  'averagePrecision',
] as const;
export type ClassFigure = (typeof classFigures)[number];

/** Null where a figure is undefined; sensitivity and specificity overall exist with two classes. */
export interface MetricIntervals {
  /** Share of repetitions whose interval would hold the true value. */
  confidence: number;
  /** Of the bootstrap. */
  draws: number;
  seed: number;
  images: number;
  /** Patients: what the bootstrap draws. */
  groups: number;
  overall: Record<OverallFigure, Estimate | null>;
  /** In class order. */
  perClass: ({ class: string } & Record<ClassFigure, Estimate | null>)[];
}
