/** What a comparison of two models comes to, in one sentence. */
import type { ComparedFigure, FigureDifference, ModelComparison } from './comparison.js';
import type { Direction } from '../metrics/metricNames.js';

/** The usual level: one in twenty comparisons of equal models would pass it. */
const level = 0.05;

/** How each figure is called, whether it is told in percentage points, and its test. */
const words: Readonly<Record<ComparedFigure, { name: string; points: boolean; test: string }>> = {
  accuracy: { name: 'accuracy', points: true, test: 'McNemar' },
  balancedAccuracy: { name: 'balanced accuracy', points: true, test: '' },
  f1: { name: 'F1', points: false, test: '' },
  auroc: { name: 'AUROC', points: false, test: 'DeLong' },
  brier: { name: 'Brier score', points: false, test: '' },
};

/**
 * Which model is better and the sentence that says so.
 * @param decisive undefined where the figure is undefined for a model
 * @param images compared
 */
export function verdictOf(
  decisive: FigureDifference | undefined,
  metric: ComparedFigure,
  images: number,
  direction: Direction,
): Pick<ModelComparison, 'better' | 'verdict'> {
  const { name } = words[metric];
  if (decisive === undefined) {
    return { better: null, verdict: `not distinguishable at n=${images}: ${name} is undefined` };
  }
  const { low, high, difference, pValue } = decisive;
  const beyondChance = (low > 0 || high < 0) && (pValue === null || pValue < level);
  if (!beyondChance) {
    const verdict = `not distinguishable at n=${images}: ${describe(decisive, 'A to B')}`;
    return { better: null, verdict };
  }
  const better = difference > 0 === (direction === 'max') ? 'B' : 'A';
  const told =
    better === 'B' ? decisive : { ...decisive, difference: -difference, low: -high, high: -low };
  return { better, verdict: `${better} is better: ${describe(told)}` };
}

/** `accuracy +2.4 points (95% interval +0.3 to +4.5), McNemar p = 0.027`. */
function describe({ figure, difference, low, high, pValue }: FigureDifference, from = ''): string {
  const { name, points, test } = words[figure];
  const text = (value: number): string => signed(points ? 100 * value : value, points ? 1 : 4);
  const unit = points ? ' points' : '';
  const way = from === '' ? '' : ` from ${from}`;
  const tested = pValue === null ? '' : `, ${test} ${formatPValue(pValue)}`;
  return `${name} ${text(difference)}${unit}${way} (95% interval ${text(low)} to ${text(high)})${tested}`;
}

/** With a plus sign, and no minus sign before what rounds to 0. */
export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? '-' : '+'}${text}`;
}

/** `p = 0.027`, `p < 0.001`. */
export function formatPValue(pValue: number): string {
  return pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`;
}
