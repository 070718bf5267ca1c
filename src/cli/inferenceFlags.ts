/** Flags of the verbs that run a trained model. */
import { z } from 'zod';

export const inferenceFlags = z.strictObject({
  batchSize: z.number().int().min(1).default(64).describe('Images in one forward pass'),
  precision: z
    .enum(['fp32', 'bf16', 'auto'])
    .default('fp32')
    .describe('Arithmetic; auto takes bf16 where the CPU has it'),
  masks: z
    .string()
    .optional()
    .describe(
      "Folder of lung masks with the images' relative names, for a model that sees the lungs alone",
    ),
});
