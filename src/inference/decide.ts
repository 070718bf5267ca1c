/** A model's decision rule and gate at work on labeled images of a packed dataset. */
import { evaluateDecision, type DecisionEvaluation } from '../evaluation/index.js';
import type { Dataset, Outputs } from '../native/index.js';
import { findUnfamiliar } from './gate.js';
import type { Model } from './model.js';

export interface DecidedOutputs {
  dataset: Dataset;
  /** [N] positions in the dataset. */
  indices: Int32Array;
  /** [N]. */
  labels: Int32Array;
  outputs: Outputs;
  signal?: AbortSignal | undefined;
}

/**
 * Null for a model without a decision rule.
 * @throws RoentgenError ABORT_ERR
 */
export async function decide(
  model: Model,
  { dataset, indices, labels, outputs, signal }: DecidedOutputs,
): Promise<DecisionEvaluation | null> {
  const { decision, gate, classes, format } = model;
  if (decision === null) return null;
  const images = { dataset, format, positions: indices, signal };
  return evaluateDecision(decision, {
    probabilities: model.probabilities(outputs),
    ...{ labels, classes },
    unfamiliar: gate && (await findUnfamiliar(gate, images)),
  });
}
