/** What a comparison of two models says. */
import type { AurocDifference } from '../intervals/delong.js';
import type { McNemarTest } from './mcnemar.js';

/** F1 and AUROC are the positive class's with two classes, macro averages with more. */
export const comparedFigures = ['accuracy', 'balancedAccuracy', 'f1', 'auroc', 'brier'] as const;
export type ComparedFigure = (typeof comparedFigures)[number];

/** B's figure less A's, with the 95% interval of the paired bootstrap of patients. */
export interface FigureDifference {
  figure: ComparedFigure;
  a: number;
  b: number;
  difference: number;
  low: number;
  high: number;
  /** Accuracy: McNemar's exact one; AUROC with two classes: DeLong's; null for figures without a test. */
  pValue: number | null;
}

/** How two models differ on the same images, with tests and a verdict. */
export interface ModelComparison {
  images: number;
  /** Patients: what the bootstrap draws. */
  groups: number;
  classes: string[];
  /** The positive of two classes; null with more. */
  positive: string | null;
  confidence: number;
  draws: number;
  seed: number;
  /** Those that are defined for both models. */
  differences: FigureDifference[];
  mcnemar: McNemarTest;
  /** Null with more than two classes, or where it is undefined. */
  delong: AurocDifference | null;
  /** The figure that decides. */
  metric: ComparedFigure;
  /**
   * The better model by that figure: its interval leaves out 0, and its test, where it has one, has p < 0.05. Null
   * where the images cannot tell.
   */
  better: 'A' | 'B' | null;
  /** One sentence: `not distinguishable at n=624 …`, or which is better by how much. */
  verdict: string;
}
