/** What a network says about the validation images. */
import {
  evaluateClassification,
  metricDirection,
  metricValue,
  toProbabilities,
  type ClassificationMetrics,
} from '../evaluation/index.js';
import type { Network } from '../native/index.js';
import { describe, type Preparation } from './preparation.js';

/** Validation goes through the network in larger batches: it keeps no activations. */
export const validationBatchSize = 64;

/** Metrics and probabilities for a classifier only. The loss is plain: without weights, smoothing or focus. */
export interface Validated {
  loss: number;
  classified: { metrics: ClassificationMetrics; probabilities: Float64Array } | null;
}

/** Positions in the dataset, with their classes; none for reconstruction. */
export function select(
  { packed, spec }: Preparation,
  positions: ArrayLike<number>,
): { indices: Int32Array; labels: Int32Array } {
  const indices = Int32Array.from(positions);
  if (spec.task === 'reconstruction') return { indices, labels: new Int32Array() };
  return { indices, labels: indices.map((position) => packed.index.labels[position] ?? -1) };
}

/** Undefined where there are no validation images. `network` may be the trainer, as it stands. Throws ABORT_ERR. */
export async function validate(
  preparation: Preparation,
  network: Pick<Network, 'evaluate'>,
  signal: AbortSignal | undefined,
): Promise<Validated | undefined> {
  const { packed, selection, choices, normalization, spec } = preparation;
  if (selection.validation.length === 0) return undefined;
  const chosen = select(preparation, selection.validation);
  const { loss, precision } = choices;
  const outputs = await network.evaluate(
    packed.dataset,
    { ...chosen, batchSize: validationBatchSize, loss, precision, normalization },
    { signal },
  );
  if (spec.task === 'reconstruction') return { loss: outputs.loss, classified: null };
  const { output } = describe(preparation, {});
  const probabilities = toProbabilities(outputs.values, outputs.outputs, output);
  const metrics = evaluateClassification({
    probabilities,
    labels: chosen.labels,
    classes: packed.index.classes,
  });
  return { loss: outputs.loss, classified: { metrics, probabilities } };
}

/** The monitored metric's value; null where it is undefined or nothing was validated. */
export function monitored(metric: string, validated: Validated | undefined): number | null {
  if (validated === undefined) return null;
  const { loss, classified } = validated;
  return metricValue(metric, { loss, classification: classified?.metrics ?? null });
}

/** Higher for better; −Infinity for no value. */
export function scoreOf(metric: string, value: number | null): number {
  if (value === null || Number.isNaN(value)) return -Infinity;
  return metricDirection(metric) === 'min' ? -value : value;
}
