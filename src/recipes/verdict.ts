/** When a figure of a report counts as reproduced, beaten or neither. */
import { wilsonInterval } from '../evaluation/index.js';
import type { RecipeFigure } from './schema.js';

/** Of 95%. */
export interface Interval {
  low: number;
  high: number;
}

/** A figure, with its 95% interval where it has one. */
export interface Measured {
  value: number;
  interval: Interval | null;
}

/** See `ruleText`. */
export type Verdict = 'reproduced' | 'beaten' | 'not reproduced';

/** The report's figure, with Wilson's interval where the number of images is known. */
export function reportedFigure({ report }: Pick<RecipeFigure, 'report'>): Measured {
  const value = 'hits' in report ? report.hits / report.of : report.value;
  if (report.of === undefined) return { value, interval: null };
  const [low, high] = wilsonInterval(value, report.of);
  return { value, interval: { low, high } };
}

/** As {@link judge} goes about it, in words. */
export const ruleText =
  "A figure is beaten where our whole 95% interval lies on the better side of the report's value. It is reproduced " +
  "where it is not beaten and our interval meets the report's, or holds its value where the report's has none. Else it " +
  "is not reproduced. Where ours has no interval, its value stands for it, widened by the figure's tolerance, and beats the report only beyond the report's interval. " +
  "The report's interval is Wilson's, from the number of images it names. Intervals speak of the images that were drawn " +
  'for the test, not of other seeds, so that a figure can be beaten by luck of training alone.';

/**
 * See `ruleText`.
 * @param tolerance share of the report's value, for a figure of ours without an interval
 */
export function judge(
  ours: Measured,
  theirs: Measured,
  { better, tolerance }: Pick<RecipeFigure, 'better' | 'tolerance'>,
): Verdict {
  const slack = Math.abs(theirs.value) * tolerance;
  const own = ours.interval ?? { low: ours.value - slack, high: ours.value + slack };
  const other = theirs.interval ?? { low: theirs.value, high: theirs.value };
  // Of a bare value nobody knows how sure it is: it must pass all that the report's may be.
  const bar = ours.interval === null ? other : { low: theirs.value, high: theirs.value };
  if (better === 'higher' && own.low > bar.high) return 'beaten';
  if (better === 'lower' && own.high < bar.low) return 'beaten';
  return own.low <= other.high && other.low <= own.high ? 'reproduced' : 'not reproduced';
}
