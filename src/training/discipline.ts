/** What a run may choose its epoch on: images kept aside for choosing, and the test split only for those who insist. */
import { z } from 'zod';
import type { PackedDataset, SplitSelection } from '../data/index.js';
import { enterLook } from '../inference/index.js';
import { RoentgenError } from '../native/index.js';

export const disciplineOptions = {
  selectOn: z
    .enum(['validation', 'test'])
    .default('validation')
    .describe('Images that the best epoch is chosen on; test needs --allow-test-selection'),
  allowTestSelection: z
    .boolean()
    .default(false)
    .describe('Choose on the test split all the same; the report says so'),
};

type DisciplineSettings = z.output<z.ZodObject<typeof disciplineOptions>>;

/** @throws RoentgenError ERR_TEST_SELECTION */
export function checkDiscipline({ selectOn, allowTestSelection }: DisciplineSettings): void {
  if (selectOn === 'validation' || allowTestSelection) return;
  throw new RoentgenError(
    'ERR_TEST_SELECTION',
    'An epoch chosen on the test split makes the figure from that split too good. Choose on validation images ' +
      '(leave selectOn out), or insist (allowTestSelection, --allow-test-selection): the report will say so.',
  );
}

/**
 * Choosing on test images is a look at them: it is entered in the run's ledger.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function enterSelection(
  modelFile: string,
  { data, packed, selection }: { data: string; packed: PackedDataset; selection: SplitSelection },
  epochs: number,
): Promise<void> {
  if (selection.validationFrom !== 'test') return;
  await enterLook(modelFile, {
    ...{ split: 'test', data, dataHash: packed.index.sourceHash },
    images: selection.validation.length,
    why: `to choose the best of ${epochs} epochs`,
  });
}
