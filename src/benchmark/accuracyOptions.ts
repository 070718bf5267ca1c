/** Which models are trained on which images, all with the same settings. */
import { z } from 'zod';
import { commonSchema } from './options.js';

export const accuracySchema = commonSchema.extend({
  data: z
    .string()
    .min(1)
    .describe(
      'Train the models on these images, and tell accuracy and seconds per epoch in place of speed',
    ),
  epochs: z
    .number()
    .int()
    .min(1)
    .default(10)
    .describe('Of accuracy: passes over the training images'),
});
