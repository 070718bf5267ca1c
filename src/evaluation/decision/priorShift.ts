/** Classes that are more or less common than where a model was fitted: how much so, told without labels. */
import { meanRow } from '../arrays.js';
import type { DecisionRule } from './decision.js';

/** The estimate has come to rest when no share moves further than this in one step. */
const tolerance = 1e-9;
const mostSteps = 10_000;

export interface PriorEstimate {
  /** Class shares that sum to 1, in class order. */
  prior: number[];
  steps: number;
  /** Whether it came to rest within 10,000 steps. */
  converged: boolean;
}

/**
 * The class shares in unlabeled images, by expectation maximization (Saerens, Latinne & Decaestecker, "Adjusting the
 * outputs of a classifier to new a priori probabilities", Neural Computation 14, 2002). It needs calibrated
 * probabilities, and that only the shares differ: not what the images of a class look like.
 * @param probabilities calibrated where the shares were `fitted`, row-major [N, classes], N at least 1
 * @param fitted class shares that sum to 1; a class with share 0 keeps it
 */
export function estimatePrior(
  probabilities: ArrayLike<number>,
  fitted: readonly number[],
): PriorEstimate {
  let prior = [...fitted];
  for (let steps = 1; steps <= mostSteps; steps += 1) {
    const next = meanRow(adjustToPrior(probabilities, fitted, prior), fitted.length);
    const moved = Math.max(...next.map((share, at) => Math.abs(share - (prior[at] ?? 0))));
    prior = next;
    if (moved <= tolerance) return { prior, steps, converged: true };
  }
  return { prior, steps: mostSteps, converged: false };
}

/**
 * The class shares in unlabeled images, on the scale of the rule's `prior`. They are measured from the mean
 * probabilities, not from the shares of the labels: one temperature leaves the probabilities of a class too high or too
 * low as a whole, which would be taken for a shift (Alexandari, Kundaje & Shrikumar, "Maximum likelihood with
 * bias-corrected calibration is hard-to-beat at label shift adaptation", ICML 2020).
 * @param calibrated probabilities after the rule's temperature, row-major [N, classes], N at least 1
 */
export function estimateShares(
  { prior: fitted, meanProbabilities = fitted }: Pick<DecisionRule, 'prior' | 'meanProbabilities'>,
  calibrated: ArrayLike<number>,
): number[] {
  const { prior } = estimatePrior(calibrated, meanProbabilities);
  return [...adjustToPrior(fitted, meanProbabilities, prior)];
}

/**
 * Probabilities as the rule tells them: those after its temperature, for the class shares that it is for.
 * @param calibrated row-major [N, classes]
 */
export function toTargetPrior(
  { prior, targetPrior = prior }: Pick<DecisionRule, 'prior' | 'targetPrior'>,
  calibrated: Float64Array,
): Float64Array {
  return targetPrior === prior ? calibrated : adjustToPrior(calibrated, prior, targetPrior);
}

/**
 * Probabilities for images in which the classes have other shares, by Bayes' rule: each times `to`/`from`, and divided
 * by their sum. A row that this leaves without any probability is kept as it was.
 * @param probabilities row-major [N, classes]
 */
export function adjustToPrior(
  probabilities: ArrayLike<number>,
  from: readonly number[],
  to: readonly number[],
): Float64Array {
  const classes = from.length;
  const factors = from.map((share, at) => (share > 0 ? (to[at] ?? 0) / share : 0));
  const result = new Float64Array(probabilities.length);
  for (let start = 0; start < result.length; start += classes) {
    let total = 0;
    for (let at = 0; at < classes; at += 1) {
      total += (probabilities[start + at] ?? 0) * (factors[at] ?? 0);
    }
    for (let at = 0; at < classes; at += 1) {
      const value = probabilities[start + at] ?? 0;
      result[start + at] = total > 0 ? (value * (factors[at] ?? 0)) / total : value;
    }
  }
  return result;
}
