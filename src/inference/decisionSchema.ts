/** What a decision rule in a model file may say. */
import { z } from 'zod';
import type { DecisionRule } from '../evaluation/index.js';

const share = z.number().min(0).max(1);

export const decisionSchema: z.ZodType<DecisionRule> = z.object({
  fittedOn: z.string(),
  images: z.number().int().positive(),
  groups: z.number().int().positive(),
  dataHash: z.string(),
  temperature: z.number().positive(),
  prior: z.array(share),
  meanProbabilities: z.array(share).optional(),
  targetPrior: z.array(share).optional(),
  operatingPoint: z.object({ rule: z.string(), positive: z.string(), threshold: share }).nullable(),
  conformal: z.object({ alpha: z.number().gt(0).lt(1), thresholds: z.array(share) }).nullable(),
});

interface Described {
  classes: string[];
  decision?: DecisionRule | undefined;
}

/** Adds an issue for everything in which the rule does not fit the classes. */
export function checkDecision(
  { classes, decision }: Described,
  context: { addIssue: (issue: { code: 'custom'; path: string[]; message: string }) => void },
): void {
  if (decision === undefined) return;
  const { prior, meanProbabilities = classes, targetPrior = classes } = decision;
  const { operatingPoint, conformal } = decision;
  const refuse = (path: string, message: string): void => {
    context.addIssue({ code: 'custom', path: ['decision', path], message });
  };
  const lists = {
    prior,
    meanProbabilities,
    targetPrior,
    conformal: conformal?.thresholds ?? classes,
  };
  for (const [path, { length }] of Object.entries(lists)) {
    if (length !== classes.length) {
      refuse(path, `expected ${classes.length} numbers, one per class, but there are ${length}`);
    }
  }
  if (operatingPoint && (classes.length !== 2 || !classes.includes(operatingPoint.positive))) {
    refuse('operatingPoint', `${operatingPoint.positive} is not one of two classes`);
  }
}
