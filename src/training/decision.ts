/** The settings of how the probabilities of a run's best model become answers. */
import { z } from 'zod';
import { parseOperatingRule } from '../evaluation/index.js';
import { parseWith } from '../native/index.js';

export const decisionOptions = {
  operatingPoint: z
    .string()
    .default('youden')
    .describe(
      'Of two classes, the threshold of the last: youden, sensitivity=0.97, specificity=0.9, or cost=5:1 (miss to alarm)',
    ),
  alpha: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.1)
    .describe("Share of each class's images whose prediction set may miss the true class"),
  maxUnfamiliar: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.01)
    .describe('Share of familiar images that may be taken for unfamiliar ones'),
};

const decisionSchema = z.object(decisionOptions);

export type DecisionOptions = z.output<typeof decisionSchema>;
/** As a caller writes them: each has a default. */
export type GivenDecisionOptions = z.input<typeof decisionSchema>;

/** @throws RoentgenError ERR_INVALID_ARGUMENT */
export function checkDecisionOptions({ operatingPoint }: DecisionOptions): void {
  parseOperatingRule(operatingPoint);
}

/** With defaults. Throws ERR_INVALID_ARGUMENT naming every wrong one. */
export function parseDecisionOptions(given: GivenDecisionOptions): DecisionOptions {
  const options = parseWith(decisionSchema, given);
  checkDecisionOptions(options);
  return options;
}
