/** The setting of which classes a reconstruction learns from: one that is to find anomalies must see normal images alone. */
import { z } from 'zod';
import type { PackedIndex, SplitSelection } from '../data/index.js';
import { nearest, type ModelSpec } from '../models/index.js';
import { RoentgenError, invalidArgument } from '../native/index.js';

export const onlyOptions = {
  only: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Classes that an autoencoder learns from and validates on, e.g. NORMAL [all]'),
};

type OnlySettings = z.output<z.ZodObject<typeof onlyOptions>>;

/** @throws RoentgenError ERR_INVALID_ARGUMENT for a classifier, which must see all that it is to tell apart */
export function checkOnly({ name, task }: ModelSpec, { only }: OnlySettings): void {
  if (only === undefined || task === 'reconstruction') return;
  throw invalidArgument(
    'only',
    `nothing, since ${name} is a classifier and needs all classes,`,
    only,
  );
}

/**
 * The selection without images of other classes. It is made of all classes first, so that the images that are kept for
 * choosing are the same whatever is learned from.
 * @throws RoentgenError ERR_UNKNOWN_CLASS with the nearest name; ERR_EMPTY_DATASET where nothing is left to learn from
 */
export function keepOnly(
  selection: SplitSelection,
  { classes, labels }: Pick<PackedIndex, 'classes' | 'labels'>,
  { only }: OnlySettings,
): SplitSelection {
  if (only === undefined) return selection;
  for (const name of only) refuseUnknown(name, classes);
  const kept = (positions: readonly number[]): number[] =>
    positions.filter((position) => only.includes(classes[labels[position] ?? -1] ?? ''));
  const train = kept(selection.train);
  if (train.length > 0) return { ...selection, train, validation: kept(selection.validation) };
  throw new RoentgenError(
    'ERR_EMPTY_DATASET',
    `The training images hold none of ${only.join(', ')}: put some into the train split, or name other classes.`,
  );
}

function refuseUnknown(name: string, classes: readonly string[]): void {
  if (classes.includes(name)) return;
  const suggestion = nearest(name, classes);
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  throw new RoentgenError(
    'ERR_UNKNOWN_CLASS',
    `The data have no class "${name}"${hint} They have ${classes.join(', ')}.`,
  );
}
