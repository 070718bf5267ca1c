/** The settings for classes of unequal size: weights and shape of the loss, and which images an epoch draws. */
import { z } from 'zod';
import { balancedWeights, sampleModes } from '../data/index.js';
import {
  RoentgenError,
  invalidArgument,
  type LossName,
  type LossOptions,
} from '../native/index.js';

export const imbalanceOptions = {
  classWeight: z
    .union([z.enum(['none', 'balanced']), z.array(z.number().positive())])
    .default('none')
    .describe(
      'Weight of each class in the loss: none, balanced (n/(k·n_c)), or one number per class',
    ),
  sampler: z
    .enum(sampleModes)
    .default('none')
    .describe(
      'Images of an epoch: all, as many drawn with equal classes, or classes cut or repeated to one size',
    ),
  smoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Label smoothing: share of the target spread over all classes'),
  focalGamma: z.number().min(0).default(0).describe('γ of the focal loss; 0 is the plain loss'),
  bcePosWeight: z
    .number()
    .positive()
    .default(1)
    .describe('Factor of the positive terms of binaryCrossEntropy'),
  logitAdjustment: z
    .number()
    .min(0)
    .default(0)
    .describe('τ of logit adjustment: adds τ·log(prior) to the logits in training'),
};

export type ImbalanceSettings = z.output<z.ZodObject<typeof imbalanceOptions>>;

/**
 * The loss that the settings describe. `counts`: training images of each class; empty for reconstruction.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for weights that do not fit the classes
 */
export function toLoss(
  kind: LossName,
  settings: ImbalanceSettings,
  counts: readonly number[],
): LossOptions {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const tau = settings.logitAdjustment;
  return {
    kind,
    classWeights: weightsOf(settings, counts),
    smoothing: settings.smoothing,
    focalGamma: settings.focalGamma,
    positiveWeight: settings.bcePosWeight,
    logitAdjustment: tau === 0 ? [] : counts.map((count) => tau * Math.log(count / total)),
  };
}

/** The loss in words, with everything that is not plain: for a report. */
export function describeLoss(loss: LossOptions, { sampler }: ImbalanceSettings): string {
  const list = (values: readonly number[]): string =>
    values.map((value) => value.toFixed(3)).join(' ');
  const parts: readonly (readonly [used: boolean, text: string])[] = [
    [loss.classWeights.length > 0, `class weights ${list(loss.classWeights)}`],
    [loss.smoothing > 0, `smoothing ${loss.smoothing}`],
    [loss.focalGamma > 0, `focal γ ${loss.focalGamma}`],
    [loss.positiveWeight !== 1, `positive weight ${loss.positiveWeight}`],
    [loss.logitAdjustment.length > 0, `logits adjusted by ${list(loss.logitAdjustment)}`],
    [sampler !== 'none', `sampler ${sampler}`],
  ];
  return [loss.kind, ...parts.flatMap(([used, text]) => (used ? [text] : []))].join(', ');
}

function weightsOf({ classWeight }: ImbalanceSettings, counts: readonly number[]): number[] {
  if (classWeight === 'none') return [];
  if (classWeight === 'balanced') return balancedWeights(counts);
  if (classWeight.length === counts.length) return classWeight;
  throw invalidArgument(
    'classWeight',
    `one number for each of ${counts.length} classes`,
    classWeight,
  );
}

/**
 * What can be refused before any image is read.
 * @throws RoentgenError ERR_INVALID_ARGUMENT naming both settings that do not go together
 */
export function checkImbalance(kind: LossName, settings: ImbalanceSettings): void {
  const conflicts: readonly (readonly [setting: string, used: boolean, losses: LossName[]])[] = [
    ['classWeight', settings.classWeight !== 'none', ['crossEntropy', 'binaryCrossEntropy']],
    ['sampler', settings.sampler !== 'none', ['crossEntropy', 'binaryCrossEntropy']],
    ['smoothing', settings.smoothing > 0, ['crossEntropy', 'binaryCrossEntropy']],
    ['focalGamma', settings.focalGamma > 0, ['crossEntropy', 'binaryCrossEntropy']],
    ['bcePosWeight', settings.bcePosWeight !== 1, ['binaryCrossEntropy']],
    ['logitAdjustment', settings.logitAdjustment > 0, ['crossEntropy']],
  ];
  for (const [setting, used, losses] of conflicts) {
    if (!used || losses.includes(kind)) continue;
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      `${setting} does not go with the loss ${kind}, only with ${losses.join(' or ')}: leave it out`,
    );
  }
}
