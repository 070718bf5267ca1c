/** What the network itself says of images whose embeddings are looked at. */
import type { PackedDataset } from '../data/index.js';
import { largestInRows } from '../evaluation/index.js';
import { resolvePrecision, type Model, type PrecisionChoice } from '../inference/index.js';
import type { Hooks } from '../native/index.js';

/** Of the network alone, without decision rule and gate. */
export interface Answers {
  /** [N] the most probable class of each image. */
  labels: number[];
  /** Row-major [N, classes]. */
  probabilities: Float64Array;
}

/**
 * The network's answers to all images of a packed dataset; null for a network that reconstructs.
 * @throws RoentgenError as `Model.outputs`
 */
export async function answersOf(
  model: Model,
  { dataset, index }: Pick<PackedDataset, 'dataset' | 'index'>,
  {
    batchSize = 64,
    precision = 'fp32',
  }: { batchSize?: number | undefined; precision?: PrecisionChoice | undefined },
  hooks: Hooks,
): Promise<Answers | null> {
  if (model.task !== 'classification') return null;
  const outputs = await model.outputs(
    dataset,
    {
      indices: Int32Array.from(index.names.keys()),
      labels: new Int32Array(),
      ...{ batchSize, precision: resolvePrecision(precision) },
    },
    hooks,
  );
  const probabilities = model.probabilities(outputs);
  return { labels: largestInRows(probabilities, model.classes.length), probabilities };
}

/** Rows of `a`, then those of `b`. */
export function joinAnswers(a: Answers, b: Answers): Answers {
  return {
    labels: [...a.labels, ...b.labels],
    probabilities: Float64Array.from([...a.probabilities, ...b.probabilities]),
  };
}
