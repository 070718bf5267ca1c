/** Flags of how images get their labels and patients: the settings of training, taken from there. */
import { trainOptionsSchema } from '../training/index.js';

export const labelFlags = trainOptionsSchema.pick({
  classes: true,
  labelsFrom: true,
  groupBy: true,
});
