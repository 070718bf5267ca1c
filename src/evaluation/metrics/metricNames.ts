/** The metrics by which a checkpoint can be chosen, and which way each is better. */
import { invalidArgument } from '../../native/index.js';
import type { ClassificationMetrics } from './evaluateClassification.js';

export type Direction = 'min' | 'max';

/** What an epoch's evaluation knows; `classification` is null for an autoencoder. */
export interface EpochEvaluation {
  loss: number;
  classification: ClassificationMetrics | null;
}

interface Metric {
  direction: Direction;
  read: (evaluation: EpochEvaluation) => number | null | undefined;
}

/** Precision, recall and F1 are macro averages; sensitivity and specificity exist with two classes. */
const metrics = {
  loss: { direction: 'min', read: ({ loss }) => loss },
  accuracy: { direction: 'max', read: ({ classification }) => classification?.accuracy },
  auroc: { direction: 'max', read: ({ classification }) => classification?.auroc },
  f1: { direction: 'max', read: ({ classification }) => classification?.macro.f1 },
  precision: { direction: 'max', read: ({ classification }) => classification?.macro.precision },
  recall: { direction: 'max', read: ({ classification }) => classification?.macro.recall },
  sensitivity: {
    direction: 'max',
    read: ({ classification }) => classification?.binary?.sensitivity,
  },
  specificity: {
    direction: 'max',
    read: ({ classification }) => classification?.binary?.specificity,
  },
  balancedAccuracy: {
    direction: 'max',
    read: ({ classification }) => classification?.balancedAccuracy,
  },
  mcc: { direction: 'max', read: ({ classification }) => classification?.mcc },
  averagePrecision: {
    direction: 'max',
    read: ({ classification }) => classification?.averagePrecision,
  },
  brier: { direction: 'min', read: ({ classification }) => classification?.brier },
  ece: { direction: 'min', read: ({ classification }) => classification?.ece },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;

export const metricNames = Object.keys(metrics) as MetricName[];

function findMetric(name: string): Metric {
  if (!Object.hasOwn(metrics, name)) {
    throw invalidArgument('metric', `one of ${metricNames.join(', ')}`, name);
  }
  return metrics[name as MetricName];
}

/**
 * Whether a smaller or a larger value of the metric is better.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a name that is not in `metricNames`
 */
export function metricDirection(name: string): Direction {
  return findMetric(name).direction;
}

/**
 * The metric's value in an evaluation; null where it is undefined there.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a name that is not in `metricNames`
 */
export function metricValue(name: string, evaluation: EpochEvaluation): number | null {
  const value = findMetric(name).read(evaluation) ?? null;
  return value === null || Number.isNaN(value) ? null : value;
}
