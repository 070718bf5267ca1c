/** The decision rule and the gate that a run's best model gets at its end. */
import {
  evaluateDecision,
  metricIntervals,
  type DecisionEvaluation,
  type DecisionRule,
  type MetricIntervals,
} from '../evaluation/index.js';
import { fitParts, learnFamiliar, rewriteModel } from '../inference/index.js';
import type { DecisionOptions } from './decision.js';
import type { TrainHooks } from './events.js';
import type { Preparation } from './preparation.js';
import type { Validated } from './validation.js';

/**
 * Fits decision rule and gate on the validation images and writes them into the best model's file, whose weights stay
 * as they are. What is not to be had is told by a warning. Null for a reconstruction, and without validation images.
 *
 * The best epoch was chosen on the same images, so that they are not quite like new ones: of E epochs the chosen one is
 * that which did best on them. Thresholds are therefore somewhat optimistic, the more so the fewer the images and the
 * more alike the epochs, and the coverage that prediction sets promise holds exactly only for a rule that
 * `roentgen calibrate` fits on images that chose nothing. Nor are several images of one patient independent.
 * @throws RoentgenError as `rewriteModel`; ABORT_ERR
 */
export async function decideBest(
  path: string,
  {
    preparation,
    settings,
    hooks,
  }: { preparation: Preparation; settings: DecisionOptions; hooks: TrainHooks },
  validated: Validated | undefined,
): Promise<DecisionRule | null> {
  const { packed, selection, spec } = preparation;
  const warn = (message: string): void => hooks.onEvent?.({ kind: 'warning', message });
  if (spec.task === 'reconstruction') return null;
  if (!validated?.classified) {
    warn(
      'There are no validation images: the model has no decision rule, answers with its most probable class, and is ' +
        'never uncertain. `roentgen calibrate` fits a rule on other labeled images.',
    );
    return null;
  }
  const { signal } = hooks;
  const { dataset, index } = packed;
  const positions = Int32Array.from(selection.validation);
  const { probabilities } = validated.classified;
  const training = { dataset, format: index.format, positions: selection.train, signal };
  const familiar = await learnFamiliar(training);
  const fittedOn = selection.validationFrom === 'test' ? 'test' : 'validation';
  const request = { packed, positions, probabilities, familiar, signal };
  const { decision, gate, notes } = await fitParts({ ...request, fittedOn }, settings);
  notes.forEach(warn);
  await rewriteModel(path, { decision, gate });
  return decision;
}

/** How far the figures on the validation images may be from the true ones, and what the decision rule makes of them. */
export function judgeValidated(
  { packed: { index }, selection: { validation } }: Preparation,
  { probabilities }: NonNullable<Validated['classified']>,
  rule: DecisionRule | null,
): { intervals: MetricIntervals; decision: DecisionEvaluation | null } {
  const { classes } = index;
  const labels = validation.map((position) => index.labels[position] ?? -1);
  const groups = validation.map((position) => index.groups[position] ?? '');
  const images = { probabilities, labels, classes };
  return {
    intervals: metricIntervals({ ...images, groups }),
    decision: rule && evaluateDecision(rule, { ...images, unfamiliar: null }),
  };
}
