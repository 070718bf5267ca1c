/** Fits a model's decision rule anew, on images of the user's choice, and writes it into the model's file. */
import { renewDecision } from '../checksums/index.js';
import {
  openData,
  samplesOf,
  selectSplits,
  smallestVal,
  type PackedDataset,
  type Problem,
  type Split,
} from '../data/index.js';
import {
  evaluateDecision,
  type DecisionEvaluation,
  type DecisionRule,
  type TtaChoice,
} from '../evaluation/index.js';
import {
  enterLook,
  findUnfamiliar,
  fitParts,
  isRunDirectory,
  learnFamiliar,
  loadModel,
  resolvePrecision,
  rewriteModel,
  splitPositions,
  type EvaluateHooks,
  type Familiar,
  type GateDescription,
  type Model,
  type PrecisionChoice,
} from '../inference/index.js';
import { RoentgenError } from '../native/index.js';
import { readOrigin, type RunOrigin } from './checkpoint.js';
import { parseDecisionOptions, type GivenDecisionOptions } from './decision.js';
import { parseSettings } from './settings.js';

/** `validation`: the images that a run validated on, wherever they came from. */
export type CalibrationSplit = Split | 'all' | 'validation';

/** Which model is fitted anew, on which images, and by which rule. */
export interface CalibrateOptions extends GivenDecisionOptions {
  /** A run directory or a model file; the file is rewritten, its weights stay as they are. */
  model: string;
  /** Folder, manifest or packed file; its classes must be among the model's. */
  data: string;
  /**
   * Images to fit on. Default: `validation` for a run directory, whose data must be the run's own then; `val` for a
   * model file, which must have 100 images unless it is asked for.
   */
  split?: CalibrationSplit | undefined;
  /** Of two classes the one that the operating point speaks of; default the last. */
  positive?: string | undefined;
  /** Fit on test images all the same; the rule says so ever after. Default false. */
  allowTestSelection?: boolean | undefined;
  /** See `scanSource`; default the run's. Masks are for a model that sees the lungs alone. */
  masks?: string | undefined;
  labelsFrom?: string | undefined;
  groupBy?: string | undefined;
  /** Test-time augmentation that the model has from now on, and is fitted with; default the one that it has. */
  tta?: TtaChoice | undefined;
  /** Default 64. */
  batchSize?: number | undefined;
  /** Default fp32. */
  precision?: PrecisionChoice | undefined;
  cacheDir?: string | undefined;
  workers?: number | undefined;
  keepGoing?: boolean | undefined;
}

/** The rule and the gate that the model file has now, and what they make of the images they were fitted on. */
export interface CalibrateResult {
  /** Path of the file that was rewritten. */
  model: string;
  classes: string[];
  decision: DecisionRule;
  tta: TtaChoice;
  gate: Pick<GateDescription, 'threshold' | 'falsePositiveRate' | 'images'> | null;
  /** What the rule makes of the images that it was fitted on, and hence better than of others. */
  figures: DecisionEvaluation;
  /** What could not be fitted, and what would help. */
  notes: string[];
  problems: Problem[];
}

/** Images to fit on. */
interface Chosen {
  fittedOn: string;
  positions: number[];
  /** Images that the model learned from, where they are in the data. */
  training: number[] | null;
}

/**
 * Temperature, operating point and prediction sets are fitted as at the end of a training run. A gate that the model
 * has keeps its idea of a training image and gets a new threshold, where there are images enough for one.
 * @throws RoentgenError as `loadModel`, `openData` and `fitDecision`; ERR_UNSUPPORTED for a reconstruction;
 * ERR_TEST_SELECTION for test images without `allowTestSelection`; ERR_INVALID_ARGUMENT for images that the model
 * learned from, and for data that are not the run's; ERR_EMPTY_DATASET; ERR_NO_SPACE, ERR_IO, ABORT_ERR
 */
export async function calibrate(
  options: CalibrateOptions,
  { onEvent, signal }: EvaluateHooks = {},
): Promise<CalibrateResult> {
  const settings = { ...parseDecisionOptions(options), positive: options.positive };
  using model = await loadModel(options.model);
  checkModel(model, options);
  const origin = isRunDirectory(options.model) ? await readOrigin(options.model) : null;
  const { data, cacheDir, workers, keepGoing = origin?.skipped } = options;
  const { labelsFrom = origin?.settings.labelsFrom, groupBy = origin?.settings.groupBy } = options;
  const { masks = origin?.settings.masks } = options;
  const packed = await openData(data, model.format, {
    classes: [...model.classes],
    allowSingleClass: true,
    ...{ masks, labelsFrom, groupBy, cacheDir, workers, keepGoing, signal },
    onProgress: (progress) => onEvent?.({ kind: 'packing', ...progress }),
  });
  using dataset = packed.dataset;
  const chosen = choose(packed, model, origin, options);
  const positions = Int32Array.from(chosen.positions);
  const labels = positions.map((position) => packed.index.labels[position] ?? -1);
  const { batchSize = 64, precision = 'fp32', tta = model.tta } = options;
  const outputs = await model.outputs(
    dataset,
    { indices: positions, labels, batchSize, precision: resolvePrecision(precision), tta },
    { signal, onProgress: (progress) => onEvent?.({ kind: 'step', ...progress }) },
  );
  const probabilities = model.probabilities(outputs);
  const familiar = await familiarOf(model, packed, chosen, signal);
  const request = { packed, positions, probabilities, familiar, previous: model.gate, signal };
  if (chosen.fittedOn === 'test') {
    await enterLook(model.path, {
      ...{ split: 'test', data, dataHash: packed.index.sourceHash, images: positions.length },
      why: 'to fit the decision rule',
    });
  }
  const { decision, gate, notes } = await fitParts(
    { ...request, fittedOn: chosen.fittedOn },
    settings,
  );
  await rewriteModel(model.path, { decision, gate, tta: tta === 'none' ? undefined : tta });
  await renewDecision(model.path);
  const images = { dataset, format: model.format, positions, signal };
  const figures = evaluateDecision(decision, {
    ...{ probabilities, labels, classes: model.classes },
    unfamiliar: gate ? await findUnfamiliar(gate, images) : null,
  });
  return {
    ...{ model: model.path, classes: [...model.classes], decision, tta, figures, notes },
    gate: gate ? summaryOf(gate) : null,
    problems: packed.problems,
  };
}

function summaryOf({
  threshold,
  falsePositiveRate,
  images,
}: GateDescription): NonNullable<CalibrateResult['gate']> {
  return { threshold, falsePositiveRate, images };
}

function checkModel(model: Model, { positive }: CalibrateOptions): void {
  if (model.task !== 'classification') {
    throw new RoentgenError(
      'ERR_UNSUPPORTED',
      `${model.path} reconstructs images and has no probabilities to calibrate.`,
    );
  }
  if (positive !== undefined && (model.classes.length !== 2 || !model.classes.includes(positive))) {
    throw refusal(`${positive} is not one of two classes of ${model.path}: leave positive out`);
  }
}

function choose(
  packed: PackedDataset,
  model: Model,
  origin: RunOrigin | null,
  options: CalibrateOptions,
): Chosen {
  const { index } = packed;
  const { data, split = origin ? 'validation' : 'val' } = options;
  const ownData = index.sourceHash === model.provenance['dataHash'];
  if (split === 'validation') {
    if (origin === null || !ownData) {
      throw refusal(
        origin === null
          ? `${model.path} is no run directory, so that its validation images are not known: name a split (--split)`
          : `${data} is not what ${options.model} was trained on, or has changed: name a split of it (--split)`,
      );
    }
    const { valFraction, selectOn, seed } = parseSettings(origin.settings);
    const { train, validation, validationFrom } = selectSplits(
      { samples: samplesOf(index) },
      { valFraction, selectOn, seed },
    );
    if (validation.length === 0) {
      throw refusal(`${options.model} validated on no images: name a split (--split)`);
    }
    const isTest = validationFrom === 'test';
    if (isTest) refuseTest(`${options.model} validated on test images`, options);
    return { fittedOn: isTest ? 'test' : 'validation', positions: validation, training: train };
  }
  const positions = splitPositions(index, split, data);
  if (ownData && (split === 'train' || split === 'all')) {
    throw refusal(`The model learned from images in split ${split} of ${data}: take others`);
  }
  const holdsTest = positions.some((position) => index.splits[position] === 'test');
  if (holdsTest) refuseTest(`Split ${split} of ${data} holds test images`, options);
  if (options.split === undefined && positions.length < smallestVal) {
    throw refusal(
      `Split val of ${data} has ${positions.length} images, less than the ${smallestVal} that a rule should be fitted ` +
        'on: name a larger split, or this one all the same (--split val)',
    );
  }
  return { fittedOn: holdsTest ? 'test' : split, positions, training: null };
}

function refuseTest(what: string, { allowTestSelection = false }: CalibrateOptions): void {
  if (allowTestSelection) return;
  throw new RoentgenError(
    'ERR_TEST_SELECTION',
    `${what}, and a rule that is fitted on them makes every figure on them worthless: take others, or say that this ` +
      'is meant (allowTestSelection, --allow-test-selection).',
  );
}

function refusal(message: string): RoentgenError {
  return new RoentgenError('ERR_INVALID_ARGUMENT', `${message}.`);
}

async function familiarOf(
  { gate, format }: Model,
  { dataset }: PackedDataset,
  { training }: Chosen,
  signal: AbortSignal | undefined,
): Promise<Familiar | null> {
  if (gate !== null || training === null) return gate;
  return learnFamiliar({ dataset, format, positions: training, signal });
}
