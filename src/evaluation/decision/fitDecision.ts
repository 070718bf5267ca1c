/** Fits a decision rule on labeled images: temperature, operating point and prediction sets together. */
import { meanRow, rowsOf } from '../arrays.js';
import { conformalThresholds, imagesNeeded } from './conformal.js';
import type { DecisionRule, OperatingPoint, OperatingRule } from './decision.js';
import { chooseOperatingPoint } from './operatingPoint.js';
import {
  fitTemperature,
  temperatureRange,
  logProbabilities,
  withTemperature,
} from './temperature.js';

/** Images with known classes, and what a model says of them. */
export interface FittingImages {
  /** As the network gives them, row-major [N, classes]. */
  probabilities: ArrayLike<number>;
  /** True classes, [N], N at least 1. */
  labels: ArrayLike<number>;
  /** Patients, [N]. */
  groups: readonly string[];
  classes: readonly string[];
}

export interface DecisionSettings {
  /** See `parseOperatingRule`. */
  operatingPoint: OperatingRule;
  /** Share of images whose prediction set may miss the true class, (0, 1). */
  alpha: number;
  /** Of two classes the one that the operating point speaks of; default the last. */
  positive?: string | undefined;
}

export interface FittedDecision {
  rule: DecisionRule;
  /** What could not be fitted, and what would help; what a reader of the rule must know. */
  notes: string[];
}

/**
 * Fits on the images: first the temperature, and all else on the probabilities after it.
 *
 * Prediction sets of new images are guaranteed for images that had no part in making the model. The temperature is one
 * number from the same images; with two classes it moves all probabilities of a class in one order, which leaves the
 * sets as they were.
 * @throws RoentgenError ERR_INVALID_ARGUMENT as `parseOperatingRule` and `fitTemperature`
 */
export function fitDecision(
  { probabilities, labels, groups, classes }: FittingImages,
  { operatingPoint, alpha, positive }: DecisionSettings,
  origin: Pick<DecisionRule, 'fittedOn' | 'dataHash'>,
): FittedDecision {
  const count = classes.length;
  const temperature = fitTemperature(logProbabilities(probabilities), labels, count);
  const calibrated = withTemperature(probabilities, temperature, count);
  const images = labels.length;
  const perClass = classes.map(
    (_, at) => Array.from(labels).filter((label) => label === at).length,
  );
  const thresholds = conformalThresholds(calibrated, labels, { classes: count, alpha });
  const point =
    count === 2
      ? choosePoint(calibrated, labels, { classes, operatingPoint, positive })
      : { point: null, note: null };
  const needed = imagesNeeded(alpha);
  const short = classes.filter((_, at) => (perClass[at] ?? 0) < needed);
  const notes = [
    temperature === temperatureRange[1]
      ? 'Temperature at its highest: the probabilities hardly tell the classes apart.'
      : null,
    point.note,
    thresholds === null
      ? `No prediction sets: alpha ${alpha} needs ${needed} images of each class, and ${short.join(', ')} ${short.length === 1 ? 'has' : 'have'} fewer.`
      : null,
  ];
  return {
    rule: {
      ...origin,
      images,
      groups: new Set(groups).size,
      temperature,
      prior: perClass.map((own) => own / images),
      meanProbabilities: meanRow(calibrated, count),
      operatingPoint: point.point,
      conformal: thresholds && { alpha, thresholds },
    },
    notes: notes.filter((note) => note !== null),
  };
}

function choosePoint(
  calibrated: Float64Array,
  labels: ArrayLike<number>,
  {
    classes,
    operatingPoint,
    positive = classes.at(-1) ?? '',
  }: Pick<DecisionSettings, 'operatingPoint' | 'positive'> & { classes: readonly string[] },
): { point: OperatingPoint | null; note: string | null } {
  const at = classes.indexOf(positive);
  const chosen = chooseOperatingPoint(
    rowsOf(calibrated, classes.length).map((row) => row[at] ?? 0),
    Array.from(labels, (label) => label === at),
    operatingPoint,
  );
  if (chosen === null) {
    return {
      point: null,
      note: `No operating point: ${operatingPoint} cannot be had on these images, or they are all of one class.`,
    };
  }
  const { rule, threshold, note } = chosen;
  return { point: { rule, positive, threshold }, note };
}
