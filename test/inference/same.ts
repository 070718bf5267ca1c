/** What counts as the same answer: batches of other sizes add up in another order. */
import type { ExecutionContext } from 'ava';
import type { Answer } from '../../src/inference/index.js';

const tolerance = 1e-6;

/** Whether no number differs from its counterpart by more than 1e-6. */
export function close(actual: readonly number[], expected: readonly number[]): boolean {
  return (
    actual.length === expected.length &&
    actual.every((value, at) => Math.abs(value - (expected[at] ?? NaN)) <= tolerance)
  );
}

/** The same in all but names and the last digits of the probabilities, image by image. */
export function samePredictions(
  t: ExecutionContext,
  actual: readonly Answer[],
  expected: readonly Answer[],
): void {
  const rest = ({ label, predictionSet, abstain }: Answer) => ({ label, predictionSet, abstain });
  t.deepEqual(actual.map(rest), expected.map(rest));
  actual.forEach(({ probabilities }, at) => {
    const wanted = expected[at]?.probabilities ?? [];
    t.true(close(probabilities, wanted), `${at}: ${probabilities.join()} and ${wanted.join()}`);
  });
}
