/** The settings of an explanation, as functions and the command line take them. */
import { z } from 'zod';
import type { Model } from '../inference/index.js';
import { nearest } from '../models/index.js';
import { RoentgenError, seedSchema } from '../native/index.js';
import { methodNames } from './methods.js';

const positive = z.number().int().min(1);
const share = z.number().min(0).max(1);

export const explainSettingsSchema = z.strictObject({
  method: z
    .array(z.enum(methodNames))
    .min(1)
    .default(['gradCam'])
    .describe(`Methods, of ${methodNames.join(', ')} [gradCam]`),
  layer: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      "Layers of the methods that look at them; of class activation maps their mean [the architecture's own; for activations every convolution]",
    ),
  target: z.string().optional().describe("Class to explain [the model's answer]"),
  batchSize: positive.default(32).describe('Images in one forward pass'),
  precision: z
    .enum(['fp32', 'bf16', 'auto'])
    .default('fp32')
    .describe('Arithmetic; auto takes bf16 where the CPU has it'),
  samples: positive
    .default(50)
    .describe('Noisy copies of smoothGrad, or points on the path of integratedGradients'),
  noise: share
    .default(0.15)
    .describe("Standard deviation of smoothGrad's noise, as a share of the image's range"),
  seed: seedSchema.default(42).describe('Of all noise'),
  baseline: share
    .default(0)
    .describe('Brightness that integratedGradients starts from: 0 is black, 1 white'),
  limeSamples: positive
    .default(1000)
    .describe('Variations of an image for lime, at least 10 for each superpixel'),
  segments: positive.default(50).describe('Superpixels for lime, about'),
  hideColor: z
    .number()
    .int()
    .min(0)
    .max(255)
    .optional()
    .describe("Gray that hides superpixels for lime [each one's mean color]"),
  window: positive
    .optional()
    .describe("Side of occlusion's square in pixels [an eighth of the image's shorter side]"),
  stride: positive
    .optional()
    .describe('Pixels from one square of occlusion to the next [half the window]'),
});

/** Methods, layers, target and their parameters, as a caller writes them; each has a default. */
export type ExplainSettings = z.input<typeof explainSettingsSchema>;
export type ResolvedSettings = z.output<typeof explainSettingsSchema>;

/**
 * The position of a class among the model's.
 * @throws RoentgenError ERR_INVALID_ARGUMENT with the nearest name and all names
 */
export function classPosition(model: Pick<Model, 'classes' | 'path'>, target: string): number {
  const position = model.classes.indexOf(target);
  if (position !== -1) return position;
  const suggestion = nearest(target, model.classes);
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `${model.path} knows no class "${target}"${hint}\nKnown: ${model.classes.join(', ')}`,
  );
}
