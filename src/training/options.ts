/** The settings of a training run: one schema for the function, the configuration file and the flags. */
import { z } from 'zod';
import { seedSchema } from '../native/index.js';
import { fits } from '../data/index.js';
import { metricNames } from '../evaluation/index.js';
import { augmentationOptions } from './augmentation.js';
import { decisionOptions } from './decision.js';
import { disciplineOptions } from './discipline.js';
import { imbalanceOptions } from './imbalance.js';
import { lungOptions } from './lungs.js';
import { normalizationOptions } from './normalization.js';
import { onlyOptions } from './only.js';
import { optimizationOptions } from './optimization.js';
import { scheduleOptions } from './schedule.js';
import { stoppingOptions } from './stopping.js';
import { transferOptions } from './transfer.js';

const side = z.number().int().min(1).max(8192);

/** Every setting but the data and where they go: what `config.yaml` holds and a recipe repeats. */
export const trainOptionsSchema = z.strictObject({
  model: z
    .string()
    .default('resnet18')
    .describe('Architecture: a name that `roentgen models` lists, or the path of a JSON file'),
  imgSize: z
    .union([side, z.tuple([side, side])])
    .optional()
    .describe("Input height and width in pixels: one number, or two [the architecture's]"),
  inChans: z
    .union([z.literal(1), z.literal(3)])
    .optional()
    .describe("Input channels: 1 (grayscale) or 3 [the architecture's]"),
  fit: z
    .enum(fits)
    .default('fill')
    .describe('How an image meets the input size: stretched, padded with black, or cropped'),
  ...lungOptions,
  ...normalizationOptions,
  classes: z
    .array(z.string().min(1))
    .optional()
    .describe('Class names in the order of the outputs [sorted by name]'),
  labelsFrom: z
    .string()
    .optional()
    .describe(
      'Regular expression on file names whose first group is the class, e.g. _(bacteria|virus)_',
    ),
  ...onlyOptions,
  groupBy: z
    .string()
    .optional()
    .describe(
      'Patient key: kermany, person, file, or a regular expression on file names [kermany]',
    ),
  valFraction: z
    .number()
    .min(0)
    .max(0.9)
    .optional()
    .describe(
      "Share of train, by patient, to validate on [the source's val if it has 100 images, else 0.1]",
    ),
  epochs: z.number().int().min(1).default(10).describe('Passes over the training images'),
  batchSize: z.number().int().min(1).default(32).describe('Images per step'),
  ...transferOptions,
  ...optimizationOptions,
  ...scheduleOptions,
  ...stoppingOptions,
  ...augmentationOptions,
  ...imbalanceOptions,
  loss: z
    .enum(['auto', 'crossEntropy', 'binaryCrossEntropy', 'meanSquaredError'])
    .default('auto')
    .describe("Loss; auto follows the architecture's output: softmax, sigmoid or image"),
  singleOutput: z
    .boolean()
    .default(false)
    .describe('With two classes: one sigmoid output for the second instead of two outputs'),
  precision: z
    .enum(['auto', 'fp32', 'bf16'])
    .default('auto')
    .describe(
      'Arithmetic of convolutions and linear layers; auto takes bf16 where the hardware has it',
    ),
  device: z
    .enum(['auto', 'cpu', 'cuda'])
    .default('auto')
    .describe('Where to compute; auto takes a CUDA device where there is one'),
  ...disciplineOptions,
  allowLeakage: z
    .boolean()
    .default(false)
    .describe('Train although a patient or an image is in more than one split'),
  seed: seedSchema.default(42).describe('Of weights, split, order, augmentation and dropout'),
  ...decisionOptions,
  evalMetric: z
    .enum(metricNames)
    .default('loss')
    .describe('Validation metric that chooses the best epoch'),
  checkpointHist: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .describe('Best epochs whose models are kept in checkpoints/ as well; 0 keeps the best alone'),
});

/** As a caller writes them: every setting with a default may be left out. */
export type TrainSettings = z.input<typeof trainOptionsSchema>;
/** As a run uses and stores them. */
export type ResolvedSettings = z.output<typeof trainOptionsSchema>;
