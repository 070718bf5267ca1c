/** What the figures and the gallery say of an explanation, in words. */
import { methodOf, type MapUnit } from './methods.js';
import type { Explanation } from './types.js';

/** 0.9731 → "97.3%"; never 100%, which no network can know. */
export function percent(share: number): string {
  return share > 0.999 ? '> 99.9%' : `${(share * 100).toFixed(1)}%`;
}

/** Three digits, as short as they go: 0.0012, 12.3, 1.2e-9. */
export function figure(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const tiny = rounded !== 0 && Math.abs(rounded) < 1e-3;
  return tiny ? rounded.toExponential() : String(rounded);
}

/** What the model answers, its probability, and why it may not be relied on. */
export function answerWords({ answer }: Explanation, classes: readonly string[]): string {
  const { label, probabilities, predictionSet, abstain } = answer;
  const said = `${label} ${percent(probabilities[classes.indexOf(label)] ?? 0)}`;
  if (abstain === null) return said;
  const set = predictionSet === null ? '' : `: ${predictionSet.join(' or ') || 'no class'}`;
  return `uncertain (${abstain}${abstain === 'ambiguous' ? set : ''}), most likely ${said}`;
}

/** "Grad-CAM of layer4 for PNEUMONIA" */
export function subjectWords({ method, layers, target }: Explanation): string {
  const of = layers.length > 0 ? ` of ${layers.join(', ')}` : '';
  return `${methodOf(method).title}${of}${target === null ? '' : ` for ${target}`}`;
}

/** Integrated gradients with a larger error have too few points on their path. */
export const largestError = 0.05;

/** Whether there is evidence, how much, and whether it adds up. */
export function evidenceWords(explanation: Explanation): string {
  const { raw, evidence, target, fit, completenessError: error } = explanation;
  const most = figure(raw.maximum);
  if (!evidence) {
    const why = raw.maximum > 0 ? `the raw maximum, ${most}, is negligible` : 'no value is above 0';
    return `No evidence${target === null ? '' : ` for ${target}`}: ${why}`;
  }
  const share = shareOfLogit(explanation);
  const shared = share === null ? '' : `, ${figure(share * 100)}% of the logit`;
  const advice = (error ?? 0) > largestError ? ': take more samples' : '';
  const complete = error === null ? '' : ` · completeness error ${figure(100 * error)}%${advice}`;
  const fitted = fit === null ? '' : ` · R² ${figure(fit)}`;
  return `Raw maximum ${most}${shared}${complete}${fitted}`;
}

/** Raw maximum as a share of the target's absolute logit; null where it is not in the logit's unit. */
export function shareOfLogit({ raw, logit, method }: Explanation): number | null {
  const comparable: readonly MapUnit[] = ['parts of the logit', 'change of the logit'];
  if (logit === null || logit === 0 || !comparable.includes(methodOf(method).unit)) return null;
  return raw.maximum / Math.abs(logit);
}
