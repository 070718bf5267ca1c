/** The settings of which part of an image a network sees: all of it, or the lungs alone. */
import { z } from 'zod';
import { lungSections } from '../data/index.js';

export const lungOptions = {
  lungs: z
    .enum(lungSections)
    .optional()
    .describe(
      'Only the lungs, by their masks: cut to the rectangle around them, or left on black [the whole image]',
    ),
  masks: z
    .string()
    .optional()
    .describe("Folder of lung masks with the images' relative names [the manifest's column mask]"),
};
