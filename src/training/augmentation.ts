/** The settings of augmentation: what may happen to a training image. */
import { z } from 'zod';
import type { Augmentation } from '../native/index.js';

const share = z.number().min(0).max(1).default(0);
const alpha = z.number().min(0).max(100).default(0);

export const augmentationOptions = {
  rotation: z
    .number()
    .min(0)
    .max(180)
    .default(0)
    .describe('Turn training images by up to this many degrees either way'),
  zoom: z.number().min(0).max(0.9).default(0).describe('Scale them by 1 ± this share'),
  translate: share.describe('Shift them by up to this share of each side'),
  shear: z.number().min(0).max(80).default(0).describe('Shear them by up to this many degrees'),
  cropScale: z
    .number()
    .min(0.8)
    .max(1)
    .default(1)
    .describe('Crop at random, keeping at least this share of the area, and enlarge'),
  hflip: share.describe('Probability of mirroring; it puts the heart on the right side'),
  vflip: share.describe('Probability of turning upside down; radiographs never are'),
  fillMode: z
    .enum(['black', 'border'])
    .default('black')
    .describe('What lies outside a moved image'),
  brightness: share.describe('Multiply by 1 ± this share'),
  contrast: share.describe('Stretch around the mean gray by 1 ± this share'),
  gamma: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('Raise to a power of 1/(1 + this) to 1 + this'),
  blur: z
    .number()
    .min(0)
    .max(20)
    .default(0)
    .describe('Blur with a Gaussian of up to this many pixels'),
  noise: share.describe('Add Gaussian noise of up to this standard deviation, where white is 1'),
  reprob: share.describe('Probability of erasing a rectangle'),
  mixup: alpha.describe('Blend pairs of images, the share drawn from Beta(this, this)'),
  cutmix: alpha.describe('Paste a rectangle of another image, its share from Beta(this, this)'),
};

export type AugmentationSettings = z.output<z.ZodObject<typeof augmentationOptions>>;

export function toAugmentation(settings: AugmentationSettings): Augmentation {
  const { rotation, zoom, shear, cropScale, brightness, contrast, gamma, blur, noise } = settings;
  const { mixup, cutmix } = settings;
  return {
    ...{ rotation, zoom, shear, cropScale, brightness, contrast, gamma, blur, noise },
    ...{ mixup, cutmix },
    translation: settings.translate,
    horizontalFlip: settings.hflip,
    verticalFlip: settings.vflip,
    fill: settings.fillMode,
    erasing: settings.reprob,
  };
}
