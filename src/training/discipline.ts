/** What a run may choose its epoch on: images kept aside for choosing, and the test split only for those who insist. */
import { z } from 'zod';
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
