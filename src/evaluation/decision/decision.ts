/** How probabilities become an answer: temperature, operating point, prediction sets, and when not to answer. */
import type { Estimate } from '../intervals/estimate.js';

/** How an operating point was chosen, as a user writes it: `youden`, `sensitivity=0.97`, `specificity=0.9`, `cost=5:1`. */
export type OperatingRule = string;

/** A threshold on the positive class's calibrated probability; at or above it the answer is positive. */
export interface OperatingPoint {
  rule: OperatingRule;
  positive: string;
  threshold: number;
}

/** Everything that was fitted on validation images, as a model file stores it. */
export interface DecisionRule {
  /** What it was fitted on: `validation`, or a split by name. Never `test` without an override. */
  fittedOn: string;
  images: number;
  groups: number;
  dataHash: string;
  /** Logits are divided by it. */
  temperature: number;
  /** Class shares in the images that it was fitted on, in class order. */
  prior: number[];
  /** Mean probability of each class in them after the temperature; what a prior shift is measured from. */
  meanProbabilities?: number[] | undefined;
  /**
   * Class shares of the images that the rule is for, in class order, where these are others: probabilities are told for
   * them. Prediction sets are not concerned, since what they hold of a class's images does not depend on shares.
   */
  targetPrior?: number[] | undefined;
  /** Two classes only, else null. */
  operatingPoint: OperatingPoint | null;
  /** Split-conformal, one threshold per class on that class's probability; null with too few images of a class. */
  conformal: { alpha: number; thresholds: number[] } | null;
}

/** Why a model does not answer. */
export type Abstention = 'ambiguous' | 'unfamiliar';

/** What a decision rule makes of labeled images. */
export interface DecisionEvaluation {
  /** The rule's. */
  fittedOn?: string;
  temperature: number;
  /** Before and after the temperature, and for the target's class shares where the rule has them. */
  raw: { brier: number; ece: number; logLoss: number };
  calibrated: { brier: number; ece: number; logLoss: number };
  operatingPoint:
    | (OperatingPoint & {
        accuracy: Estimate;
        sensitivity: Estimate | null;
        specificity: Estimate | null;
        /** Counts [true class][answered class]. */
        confusionMatrix: number[][];
      })
    | null;
  /** Saerens, Latinne and Decaestecker (2002): class shares estimated without labels, beside the raw result. */
  priorShift: {
    fittedPrior: number[];
    /** What the rule's answers are for; absent where that is `fittedPrior`. */
    targetPrior?: number[];
    estimatedPrior: number[];
    raw: { accuracy: number; balancedAccuracy: number | null };
    adjusted: { accuracy: number; balancedAccuracy: number | null };
  };
  conformal: {
    alpha: number;
    /** Share of each class's images whose prediction set holds the true class, in class order. */
    coverage: (Estimate | null)[];
    meanSetSize: number;
    /** Images with a prediction set of exactly one class, and how many of these are right. */
    answered: number;
    accuracyOfAnswered: Estimate | null;
  } | null;
  /** Images that the out-of-distribution gate flags. */
  unfamiliar: number | null;
}
