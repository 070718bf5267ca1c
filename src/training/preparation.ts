/** Everything a run needs before its first step: images, who learns and who judges, and the network. */
import {
  auditPacked,
  openData,
  type Audit,
  type ImageFormat,
  type PackedDataset,
  type SplitSelection,
} from '../data/index.js';
import type { ModelDescription } from '../inference/index.js';
import { headLayers, loadModelSpec, withHead, type ModelSpec } from '../models/index.js';
import {
  Network,
  RoentgenError,
  Trainer,
  type ImportReport,
  type LossOptions,
  type Normalization,
  type TrainerConfig,
} from '../native/index.js';
import { toAugmentation } from './augmentation.js';
import type { TrainHooks } from './events.js';
import { toLoss } from './imbalance.js';
import { resolveNormalization } from './normalization.js';
import { divideImages } from './division.js';
import { toOptimizer } from './optimization.js';
import type { ResolvedSettings } from './options.js';
import type { RunTrainer } from './runTrainer.js';
import {
  checkCombinations,
  imageFormat,
  resolveChoices,
  type ResolvedChoices,
} from './settings.js';
import { importWeights } from './transfer.js';

/** Where a run's data and results are; not part of what a recipe repeats. */
export interface Places {
  /** Folder, manifest or packed file. */
  data: string;
  /** Folder of packed datasets; default as `packDataset`. */
  cacheDir?: string | undefined;
  /** Images decoded at once; default as `packDataset`. */
  workers?: number | undefined;
  /** Train without the files that cannot be used. */
  keepGoing?: boolean | undefined;
}

/** Frees images, network and trainer when it is disposed of. */
export interface Preparation extends Disposable {
  /** As the user named them. */
  data: string;
  spec: ModelSpec;
  choices: ResolvedChoices;
  normalization: Normalization;
  packed: PackedDataset;
  /** That the network is trained on: all of the data's, or those that `only` names. */
  classes: readonly string[];
  /** What was found when the images were looked at together; leaks only where they are allowed. */
  audit: Audit;
  selection: SplitSelection;
  network: Network;
  trainer: RunTrainer;
  /** With the class weights and adjustments that the training images come to. */
  loss: LossOptions;
  /** How the weights that the network starts from found their places, where it does. */
  imported: ImportReport | undefined;
}

/** What a run found out as it began; one that is resumed keeps it, and of a group's processes the first tells it. */
export interface Origin {
  normalization: Normalization | undefined;
  audit?: Audit;
}

export interface PrepareOptions {
  /** Of a run whose weights come from elsewhere. */
  origin?: Origin | undefined;
  /** Default a trainer that is alone. */
  makeTrainer?: ((network: Network, config: TrainerConfig) => RunTrainer) | undefined;
}

/**
 * @throws RoentgenError as `loadModelSpec`, `openData`, `Network.build` and `importWeights`; ERR_SPLIT_LEAK where a
 * patient or an image is in two splits, unless `allowLeakage`; ERR_SINGLE_CLASS
 */
export async function prepare(
  settings: ResolvedSettings,
  places: Places,
  { onEvent, signal }: TrainHooks,
  { origin, makeTrainer = (...parts) => new Trainer(...parts) }: PrepareOptions = {},
): Promise<Preparation> {
  const { spec, choices, format } = plan(settings);
  const packed = await openData(places.data, format, {
    ...places,
    ...settings,
    allowSingleClass: spec.task === 'reconstruction',
    signal,
    onProgress: (progress) => onEvent?.({ kind: 'packing', ...progress }),
  });
  try {
    onEvent?.({ kind: 'auditing', images: packed.index.names.length });
    const audit = origin?.audit ?? (await auditPacked(packed, places.data, { signal }));
    onEvent?.({ kind: 'audit', audit });
    refuseLeaks(audit, settings, places.data);
    const selection = divideImages(packed.index, settings);
    const classes = settings.only ?? packed.index.classes;
    const shape = {
      outputs: countOutputs(packed.index.classes, settings, spec),
      channels: format.channels,
      height: format.height,
      width: format.width,
    };
    const network = Network.build(spec, shape, settings.seed);
    try {
      const { weights } = settings;
      const fresh = origin === undefined && weights !== undefined;
      const imported = fresh ? await importWeights(network, spec, weights) : undefined;
      const images = { packed, selection };
      const normalization =
        origin?.normalization ??
        (await resolveNormalization(settings, spec, format.channels, images, imported));
      const counts = spec.task === 'reconstruction' ? [] : countClasses(packed, selection.train);
      const loss = toLoss(choices.loss, settings, counts);
      const { data } = places;
      const parts = {
        ...{ data, spec, choices, normalization, packed, classes, audit, selection },
        ...{ network, loss },
      };
      const trainer = makeTrainer(network, trainerConfig(parts, settings));
      const dispose = (): void => {
        for (const handle of [trainer, network, packed.dataset]) handle.dispose();
      };
      return { ...parts, trainer, imported, [Symbol.dispose]: dispose };
    } catch (error) {
      network.dispose();
      throw error;
    }
  } catch (error) {
    packed.dataset.dispose();
    throw error;
  }
}

/** What the settings come to before any image is read. Throws ERR_INVALID_ARGUMENT where they do not go together. */
export function plan(settings: ResolvedSettings): {
  spec: ModelSpec;
  choices: ResolvedChoices;
  format: ImageFormat;
} {
  const { model, headHidden: hidden, headDropout: dropout } = settings;
  const spec = withHead(loadModelSpec(model), { hidden, dropout });
  const choices = resolveChoices(settings, spec);
  const format = imageFormat(settings, spec);
  checkCombinations(settings, { spec, choices, format });
  return { spec, choices, format };
}

/** How many leaks a message spells out; `details.audit` has them all. */
const shownLeaks = 3;

function refuseLeaks(
  audit: Audit,
  { allowLeakage }: Pick<ResolvedSettings, 'allowLeakage'>,
  data: string,
): void {
  const leaks = audit.findings.filter(({ status }) => status === 'fail');
  if (leaks.length === 0 || allowLeakage) return;
  const shown = leaks
    .slice(0, shownLeaks)
    .map(({ files, message }) => `\n  ${files.join(', ')}: ${message}`);
  const more = leaks.length - shown.length;
  throw new RoentgenError(
    'ERR_SPLIT_LEAK',
    `The splits of ${data} leak in ${leaks.length} ${leaks.length === 1 ? 'place' : 'places'}:${shown.join('')}` +
      `${more > 0 ? `\n  … and ${more} more` : ''}\n` +
      'See all of them (roentgen audit), take the copies out or split anew (roentgen data split), or train all ' +
      'the same (allowLeakage, --allow-leakage).',
    { details: { audit } },
  );
}

function countOutputs(
  classes: readonly string[],
  { singleOutput }: ResolvedSettings,
  spec: ModelSpec,
): number {
  if (spec.task === 'reconstruction') return 1;
  if (classes.length < 2) {
    throw new RoentgenError(
      'ERR_SINGLE_CLASS',
      `A classifier needs at least two classes; the data have only ${classes.join(', ')}.`,
    );
  }
  if (!singleOutput) return classes.length;
  if (classes.length === 2) return 1;
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `A single output tells two classes apart, but the data have ${classes.length}: leave singleOutput out`,
  );
}

/** Training images of each class. */
function countClasses({ index }: PackedDataset, positions: readonly number[]): number[] {
  const counts = index.classes.map(() => 0);
  for (const position of positions) {
    const label = index.labels[position] ?? -1;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

function trainerConfig(
  {
    spec,
    choices,
    normalization,
    loss,
  }: Pick<Preparation, 'spec' | 'choices' | 'normalization' | 'loss'>,
  settings: ResolvedSettings,
): TrainerConfig {
  return {
    loss,
    optimizer: toOptimizer(settings, headLayers(spec)),
    augmentation: toAugmentation(settings),
    accumulation: settings.gradAccumSteps,
    averageDecay: settings.emaDecay,
    precision: choices.precision,
    device: choices.device,
    normalization,
    seed: settings.seed,
  };
}

/** What the run's model files say of themselves. */
export function describe(
  { spec, choices, normalization, packed, classes }: Preparation,
  provenance: ModelDescription['provenance'],
): ModelDescription {
  return {
    model: spec.name,
    classes: [...classes],
    task: spec.task,
    output: choices.loss === 'binaryCrossEntropy' ? 'sigmoid' : 'softmax',
    loss: choices.loss,
    mean: [...normalization.mean],
    std: [...normalization.std],
    fit: packed.index.format.fit,
    lungs: packed.index.format.lungs,
    provenance,
  };
}
