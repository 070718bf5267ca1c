/** The one look at labels: what a repair made of accuracy, on the same images. */
import {
  compareModels,
  metricIntervals,
  type ModelComparison,
  type OverallFigure,
  type Estimate,
} from '../evaluation/index.js';
import { enterLook, type Model } from '../inference/index.js';
import type { TargetSide } from './target.js';
import type { ShiftOptions } from './types.js';

/** In the order of the table, with their titles. */
export const outcomeTitles = {
  accuracy: 'accuracy',
  balancedAccuracy: 'balanced accuracy',
  auroc: 'AUROC',
  sensitivity: 'sensitivity',
  specificity: 'specificity',
} as const satisfies Partial<Record<OverallFigure, string>>;

export type OutcomeFigure = keyof typeof outcomeTitles;
export const outcomeFigures = Object.keys(outcomeTitles) as OutcomeFigure[];
export type OutcomeFigures = Record<OutcomeFigure, Estimate | null>;

/** With 95% intervals; the answer is the most probable class. */
export interface LabeledOutcome {
  images: number;
  /** Patients, which the bootstrap draws. */
  groups: number;
  /** The class whose recall is the sensitivity; null with more than two. */
  positive: string | null;
  before: OutcomeFigures;
  /** Null where nothing was repaired. */
  after: OutcomeFigures | null;
  /** Paired differences, McNemar's and DeLong's tests, and a sentence; null where nothing was repaired. */
  comparison: ModelComparison | null;
  /** How often these images have been looked at with the run's models; null where no ledger is kept. */
  looks: number | null;
}

/**
 * @param before probabilities as the model told them, row-major [N, classes]
 * @param after the same of the repaired model; null where there is none
 * @throws RoentgenError as `enterLook` and `metricIntervals`
 */
export async function lookAtLabels(
  model: Model,
  { labels, names, groups, hash }: TargetSide,
  [before, after]: readonly [before: Float64Array, after: Float64Array | null],
  { target: data, positive, seed = 0, split = 'all' }: ShiftOptions,
): Promise<LabeledOutcome> {
  const looks = await enterLook(model.path, {
    ...{ split, data, dataHash: hash, images: labels.length },
    why: 'to see what a repair changes',
  });
  const { classes } = model;
  const figuresOf = (probabilities: Float64Array): ReturnType<typeof metricIntervals> =>
    metricIntervals({
      ...{ probabilities, labels, classes, groups, seed },
      ...(positive === undefined ? {} : { positive }),
    });
  const predictions = (probabilities: Float64Array): Parameters<typeof compareModels>[0] => ({
    ...{ classes, filenames: names, probabilities, targets: labels, patientIds: groups },
  });
  const first = figuresOf(before);
  const second = after && figuresOf(after);
  return {
    images: first.images,
    groups: first.groups,
    positive: classes.length === 2 ? (positive ?? classes[1] ?? null) : null,
    before: pick(first.overall),
    after: second && pick(second.overall),
    comparison: after && compareModels(predictions(before), predictions(after), { positive, seed }),
    looks,
  };
}

function pick(overall: OutcomeFigures): OutcomeFigures {
  const { accuracy, balancedAccuracy, auroc, sensitivity, specificity } = overall;
  return { accuracy, balancedAccuracy, auroc, sensitivity, specificity };
}
