/** From a network's outputs to class probabilities, one row per image. */
import { RoentgenError, invalidArgument } from '../native/index.js';
import { rowsOf, sum } from './arrays.js';

/** How a network's last layer is read; it follows from the loss that trained it. */
export const outputKinds = ['softmax', 'sigmoid'] as const;
export type OutputKind = (typeof outputKinds)[number];

/** Subtracting the largest logit keeps the exponentials finite and changes nothing else. */
function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const total = sum(exponentials);
  return exponentials.map((value) => value / total);
}

function logSigmoid(logit: number): number {
  return Math.min(logit, 0) - Math.log1p(Math.exp(-Math.abs(logit)));
}

/**
 * One output x: [1 − σ(x), σ(x)], which is softmax([0, x]). Several: each σ divided by their sum, which is
 * the softmax of log σ and stays defined where every σ underflows.
 */
function normalizedSigmoid(logits: readonly number[]): number[] {
  return softmax(logits.length === 1 ? [0, ...logits] : logits.map(logSigmoid));
}

const readers: Record<OutputKind, (logits: readonly number[]) => number[]> = {
  softmax,
  sigmoid: normalizedSigmoid,
};

/**
 * Class probabilities, row-major [N, classes]; every row sums to 1.
 * `softmax` needs at least 2 outputs, one per class. `sigmoid` with one output is a binary problem whose
 * second class is the one scored, giving [1 − p, p]; with k outputs each sigmoid is divided by their sum.
 * @param values logits, row-major [N, outputs]
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a wrong shape, ERR_DIVERGED for a logit that is not finite
 */
export function toProbabilities(
  values: Float32Array,
  outputs: number,
  output: OutputKind,
): Float64Array {
  const fewest = output === 'softmax' ? 2 : 1;
  if (!Number.isInteger(outputs) || outputs < fewest) {
    throw invalidArgument('outputs', `an integer of at least ${fewest} for ${output}`, outputs);
  }
  if (values.length % outputs !== 0) {
    throw invalidArgument('values', `rows of ${outputs} logits`, `${values.length} numbers`);
  }
  const broken = values.findIndex((value) => !Number.isFinite(value));
  if (broken !== -1) {
    throw new RoentgenError(
      'ERR_DIVERGED',
      `The network's output for image ${Math.floor(broken / outputs)} is not a finite number: ` +
        'take an earlier checkpoint, or train again with a lower learning rate',
    );
  }
  const classes = Math.max(outputs, 2);
  const probabilities = new Float64Array((values.length / outputs) * classes);
  rowsOf(values, outputs).forEach((logits, row) => {
    probabilities.set(readers[output](logits), row * classes);
  });
  return probabilities;
}
