/** The settings of the exam, as functions and the command line take them. */
import { z } from 'zod';
import { explainSettingsSchema } from '../settings.js';
import { examMethods } from './methodExaminee.js';

const positive = z.number().int().min(1);
const { target, batchSize, precision, seed, limeSamples, segments, hideColor } =
  explainSettingsSchema.shape;

export const examSettingsSchema = z.strictObject({
  // Not an enumeration: a wrong name is answered with the nearest one.
  method: z
    .array(z.string())
    .min(1)
    .default(['gradCam'])
    .describe(`Methods to examine, of ${examMethods.join(', ')} [gradCam]`),
  target,
  masks: z
    .string()
    .optional()
    .describe("Folder of lung masks with the images' relative names, or the same with .png"),
  draws: positive.default(5).describe('Places that each map is moved to, to see what chance does'),
  limeSamples,
  segments,
  hideColor,
  seed: seed.describe('Of all that is drawn'),
  batchSize,
  precision,
  workers: positive.optional().describe('Images decoded at once [3]'),
  output: z.string().optional().describe('Folder to make, for exam.csv and exam.json'),
});

export type ExamSettings = z.input<typeof examSettingsSchema>;
export type ResolvedExamSettings = z.output<typeof examSettingsSchema>;
