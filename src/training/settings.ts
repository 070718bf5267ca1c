/** Checks a run's settings, and replaces every `auto` by what it stands for here. */
import { refuseMasks, type Fit, type ImageFormat } from '../data/index.js';
import { metricDirection } from '../evaluation/index.js';
import { resolvePrecision } from '../inference/index.js';
import { lossOf, type ModelSpec } from '../models/index.js';
import {
  RoentgenError,
  invalidArgument,
  parseWith,
  resolveDevice,
  type Device,
  type LossName,
  type Precision,
} from '../native/index.js';
import { checkDecisionOptions } from './decision.js';
import { checkDiscipline } from './discipline.js';
import { checkImbalance } from './imbalance.js';
import { checkNormalization } from './normalization.js';
import { checkOnly } from './only.js';
import { checkSchedule } from './schedule.js';
import { checkStopping } from './stopping.js';
import { checkTransfer } from './transfer.js';
import { trainOptionsSchema, type ResolvedSettings, type TrainSettings } from './options.js';

/** @throws RoentgenError ERR_INVALID_ARGUMENT naming every wrong setting */
export function parseSettings(settings: TrainSettings): ResolvedSettings {
  return parseWith(trainOptionsSchema, settings);
}

/** Size, channels and section of the images: the settings', else the architecture's. */
export function imageFormat(settings: ResolvedSettings, spec: ModelSpec): ImageFormat {
  const { imgSize, inChans, fit, lungs } = settings;
  const [height, width] =
    imgSize === undefined
      ? [spec.input.height, spec.input.width]
      : typeof imgSize === 'number'
        ? [imgSize, imgSize]
        : imgSize;
  return {
    ...{ channels: inChans ?? spec.input.channels, height, width, fit: fit satisfies Fit },
    ...(lungs === undefined ? {} : { lungs }),
  };
}

export interface ResolvedChoices {
  loss: LossName;
  precision: Precision;
  device: Device;
}

/** What every `auto` stands for. Throws ERR_INVALID_ARGUMENT where the loss does not fit the architecture. */
export function resolveChoices(settings: ResolvedSettings, spec: ModelSpec): ResolvedChoices {
  const device = resolveDevice(settings.device);
  const precision = resolvePrecision(settings.precision, device);
  return { loss: resolveLoss(settings, spec), precision, device };
}

function resolveLoss(settings: ResolvedSettings, spec: ModelSpec): LossName {
  const single = settings.singleOutput && spec.task !== 'reconstruction';
  const natural = single ? 'binaryCrossEntropy' : lossOf(spec);
  const { loss } = settings;
  if (loss === 'auto') return natural;
  const reconstructs = (name: LossName): boolean => name === 'meanSquaredError';
  if (reconstructs(loss) !== reconstructs(natural)) {
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      `The loss ${loss} does not fit ${spec.name}, which needs ${natural}: leave it at auto`,
    );
  }
  return loss;
}

/**
 * What can be known to be impossible before any image is read.
 * @throws RoentgenError ERR_INVALID_ARGUMENT naming the settings that do not go together
 */
export function checkCombinations(
  settings: ResolvedSettings,
  { spec, choices, format }: { spec: ModelSpec; choices: ResolvedChoices; format: ImageFormat },
): void {
  const { loss } = choices;
  checkDiscipline(settings);
  checkImbalance(loss, settings);
  refuseMasks(settings.masks, format);
  checkNormalization(settings, format.channels);
  checkOnly(spec, settings);
  checkTransfer(spec, settings);
  checkSchedule(settings);
  checkStopping(settings);
  checkDecisionOptions(settings);
  metricDirection(settings.evalMetric);
  for (const name of ['mixup', 'cutmix'] as const) {
    if (loss === 'meanSquaredError' && settings[name] > 0) {
      throw invalidArgument(name, '0, since a reconstruction has no labels to mix', settings[name]);
    }
  }
  if (settings.nesterov && (settings.opt !== 'sgd' || settings.momentum === 0)) {
    throw invalidArgument('nesterov', 'false, since it goes with sgd and a momentum', true);
  }
}
