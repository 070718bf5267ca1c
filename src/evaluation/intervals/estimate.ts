/** A figure and how far it may be from the true one. */

export const intervalMethods = ['wilson', 'delong', 'bootstrap'] as const;
export type IntervalMethod = (typeof intervalMethods)[number];

/** A figure with its 95% interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
  /** `wilson` for rates, `delong` for areas under a ROC curve, `bootstrap` (of patients) for the rest. */
  method: IntervalMethod;
}
