/** Fits what a model file says of answers: the decision rule, and the gate's threshold. */
import type { PackedDataset } from '../data/index.js';
import {
  fitDecision,
  imagesNeeded,
  type DecisionRule,
  type DecisionSettings,
} from '../evaluation/index.js';
import { fitGate, type Familiar, type GateDescription } from './gate.js';

/** Labeled images that the model did not learn from, and what it says of them. */
export interface FitRequest {
  packed: PackedDataset;
  /** [N] positions in the dataset, N at least 1. */
  positions: Int32Array;
  /** As the network gives them, row-major [N, classes]. */
  probabilities: ArrayLike<number>;
  /** See `DecisionRule`. */
  fittedOn: string;
  /** Of the training images; null where they are not known, which leaves no gate. */
  familiar: Familiar | null;
  /** The gate that the model has; it stays where the images are too few for a new threshold. */
  previous?: GateDescription | null;
  signal?: AbortSignal | undefined;
}

export interface FitSettings extends DecisionSettings {
  /** Share of images like those fitted on that the gate may flag, (0, 1). */
  maxUnfamiliar: number;
}

export interface FittedParts {
  decision: DecisionRule;
  gate: GateDescription | undefined;
  /** What could not be fitted, and what would help. */
  notes: string[];
}

/** @throws RoentgenError ERR_INVALID_ARGUMENT as `fitDecision`; ABORT_ERR */
export async function fitParts(
  { packed, positions, probabilities, fittedOn, familiar, previous, signal }: FitRequest,
  settings: FitSettings,
): Promise<FittedParts> {
  const { dataset, index } = packed;
  const { maxUnfamiliar } = settings;
  const images = {
    probabilities,
    labels: positions.map((position) => index.labels[position] ?? -1),
    groups: Array.from(positions, (position) => index.groups[position] ?? ''),
    classes: index.classes,
  };
  const origin = { fittedOn, dataHash: index.sourceHash };
  const { rule, notes } = fitDecision(images, settings, origin);
  const at = { dataset, format: index.format, positions, signal };
  const gate = familiar && (await fitGate(familiar, at, maxUnfamiliar));
  const missing = gate === null ? [whyNoGate(familiar, maxUnfamiliar, positions.length)] : [];
  return {
    decision: rule,
    gate: gate ?? previous ?? undefined,
    notes: [...notes, ...missing],
  };
}

function whyNoGate(familiar: Familiar | null, maxUnfamiliar: number, images: number): string {
  return familiar === null
    ? 'No gate: the model file does not say what its training images look like. Calibrate the run directory.'
    : `No new gate: to flag ${maxUnfamiliar} of the images takes ${imagesNeeded(maxUnfamiliar)} to fit it on, and there are ${images}.`;
}
