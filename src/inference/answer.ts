/** What a model answers for one image, by its decision rule, and when it does not. */
import {
  answers,
  predictionSet,
  toTargetPrior,
  withTemperature,
  type Abstention,
  type DecisionRule,
} from '../evaluation/index.js';

/** What a model says of one image. */
export interface Answer {
  /** The class at the operating point; without one the most probable class. */
  label: string;
  /**
   * One per class, in the model's order; they sum to 1. Calibrated where the model has a decision rule, and for the
   * class shares that the rule is for.
   */
  probabilities: number[];
  /**
   * Classes that the image may be of: they hold the true one with the probability that the rule guarantees. None where
   * the image is like no class, several where it is like many. Null where the model has no thresholds for it.
   */
  predictionSet: string[] | null;
  /**
   * Why `label` should not be relied on: `unfamiliar` where the image is like none that the model was trained on,
   * `ambiguous` where the prediction set is not the label alone. Null where it is, and where the model cannot tell.
   */
  abstain: Abstention | null;
}

export interface AnswerRule {
  classes: readonly string[];
  /** Null for the most probable class and the probabilities as the network gives them. */
  decision: DecisionRule | null;
}

/** @param row the network's probabilities of one image */
export function answer(
  row: readonly number[],
  { classes, decision }: AnswerRule,
  unfamiliar: boolean,
): Answer {
  const temperature = decision?.temperature ?? 1;
  const calibrated = withTemperature(row, temperature, classes.length);
  const probabilities = [...(decision ? toTargetPrior(decision, calibrated) : calibrated)];
  const [at = -1] = answers(probabilities, classes, decision?.operatingPoint ?? null);
  const label = classes[at] ?? '';
  const thresholds = decision?.conformal?.thresholds;
  const set =
    thresholds && predictionSet([...calibrated], thresholds).map((index) => classes[index] ?? '');
  const ambiguous = set !== undefined && (set.length !== 1 || set[0] !== label);
  return {
    label,
    probabilities,
    predictionSet: set ?? null,
    abstain: unfamiliar ? 'unfamiliar' : ambiguous ? 'ambiguous' : null,
  };
}
