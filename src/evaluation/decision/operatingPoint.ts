/** The threshold at which a two-class model answers "positive", chosen by a rule on labeled images. */
import { invalidArgument } from '../../native/index.js';
import { rocCurve } from '../metrics/auroc.js';
import type { OperatingRule } from './decision.js';

/** Images of both classes on either side of a threshold. */
interface Counts {
  /** A score at or above it counts as positive. */
  threshold: number;
  truePositives: number;
  falsePositives: number;
  positives: number;
  negatives: number;
}

/** What a rule wants: only points that are `allowed`, and of these the one of the greatest `value`. */
interface Aim {
  allowed: (counts: Counts) => boolean;
  value: (counts: Counts) => number;
}

const sensitivityOf = (counts: Counts): number => counts.truePositives / counts.positives;
const specificityOf = ({ falsePositives, negatives }: Counts): number =>
  (negatives - falsePositives) / negatives;
const always = (): boolean => true;

/** The rules by name, from what stands behind `=`; undefined where that makes no sense. */
const rules: Readonly<Record<string, (value: string) => Aim | undefined>> = {
  // Sensitivity + specificity − 1 (Youden, Cancer 3, 32, 1950), times both counts: whole numbers have honest ties.
  youden: (value) =>
    value === ''
      ? {
          allowed: always,
          value: ({ truePositives, falsePositives, positives, negatives }) =>
            truePositives * negatives - falsePositives * positives,
        }
      : undefined,
  sensitivity: (value) => {
    const least = readShare(value);
    return least === undefined
      ? undefined
      : { allowed: (counts) => sensitivityOf(counts) >= least, value: specificityOf };
  },
  specificity: (value) => {
    const least = readShare(value);
    return least === undefined
      ? undefined
      : {
          allowed: (counts) => specificityOf(counts) >= least,
          value: sensitivityOf,
        };
  },
  cost: (value) => {
    const [missed = NaN, alarm = NaN, ...rest] = value.split(':').map(readPositive);
    return missed > 0 && alarm > 0 && rest.length === 0
      ? {
          allowed: always,
          value: ({ truePositives, falsePositives }) =>
            missed * truePositives - alarm * falsePositives,
        }
      : undefined;
  },
};

function readPositive(text: string): number {
  const number = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
  return number > 0 ? number : NaN;
}

function readShare(text: string): number | undefined {
  const share = readPositive(text);
  return share <= 1 ? share : undefined;
}

/**
 * The rule as it is stored: `youden`; `sensitivity=x` or `specificity=x` with x in (0, 1]; `cost=a:b`, where a missed
 * positive costs a and a false alarm b.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for anything else
 */
export function parseOperatingRule(text: string): OperatingRule {
  const rule = text.replaceAll(/\s/g, '').toLowerCase();
  if (aimOf(rule) !== undefined) return rule;
  throw invalidArgument(
    'operatingPoint',
    'youden, sensitivity=0.97, specificity=0.9 or cost=5:1 (a missed positive to a false alarm)',
    text,
  );
}

function aimOf(rule: OperatingRule): Aim | undefined {
  const [, name = '', value = ''] = /^(\w+)(?:=([^=]+))?$/.exec(rule) ?? [];
  return Object.hasOwn(rules, name) ? rules[name]?.(value) : undefined;
}

/** A threshold, and what it comes to on the images that it was chosen on. */
export interface ChosenPoint {
  rule: OperatingRule;
  /** A score at or above it is answered "positive". */
  threshold: number;
  sensitivity: number;
  specificity: number;
  /** What a reader must know: the rule leaves a rate at 0. */
  note: string | null;
}

/**
 * Chooses the threshold on `scores`. Candidates lie midway between neighboring distinct scores, 0 and 1 being the
 * neighbors at the ends, so that none sits on an image. Of equally good ones the one with the larger sensitivity is
 * taken. `sensitivity=x` keeps at least that and has the largest specificity, and the other way round; `cost` minimizes
 * the total cost at the images' own share of positives. Null where either class is absent, or where images of score 1
 * put the specificity out of reach.
 * @param scores probabilities of the positive class, [N]
 * @param positives which images are positive, [N]
 * @throws RoentgenError ERR_INVALID_ARGUMENT as `parseOperatingRule`
 */
export function chooseOperatingPoint(
  scores: readonly number[],
  positives: readonly boolean[],
  rule: OperatingRule,
): ChosenPoint | null {
  const parsed = parseOperatingRule(rule);
  const aim = aimOf(parsed);
  const allowed = candidates(scores, positives).filter((counts) => aim?.allowed(counts));
  const best = allowed.reduce<Counts | undefined>((kept, counts) => {
    const gain = kept === undefined ? 1 : (aim?.value(counts) ?? 0) - (aim?.value(kept) ?? 0);
    return gain > 0 || (gain === 0 && counts.truePositives > (kept?.truePositives ?? 0))
      ? counts
      : kept;
  }, undefined);
  if (best === undefined) return null;
  const [sensitivity, specificity] = [sensitivityOf(best), specificityOf(best)];
  return {
    rule: parsed,
    ...{ threshold: best.threshold, sensitivity, specificity },
    note: noteOf(parsed, { sensitivity, specificity }),
  };
}

function noteOf(
  rule: OperatingRule,
  { sensitivity, specificity }: { sensitivity: number; specificity: number },
): string | null {
  const answer = specificity === 0 ? 'positive' : sensitivity === 0 ? 'negative' : null;
  if (answer === null) return null;
  const rate = answer === 'positive' ? 'specificity' : 'sensitivity';
  return `The rule ${rule} leaves a ${rate} of 0: hardly anything is answered but ${answer}. Relax it.`;
}

/** Every way to cut the scores in two, from nothing positive to everything. */
function candidates(scores: readonly number[], positives: readonly boolean[]): Counts[] {
  const curve = rocCurve(scores, positives);
  if (curve === null) return [];
  const count = positives.filter(Boolean).length;
  const negatives = positives.length - count;
  const { thresholds, truePositiveRate, falsePositiveRate } = curve;
  return thresholds.flatMap((score, index) => {
    const upper = Math.min(score, 1);
    const lower = thresholds[index + 1] ?? 0;
    const middle = (upper + lower) / 2;
    // Between neighboring doubles there is no middle; the upper one cuts them as well.
    const threshold = middle > lower ? middle : upper;
    // A score of 1 cannot be left below a probability.
    if (index === 0 && lower >= 1) return [];
    return {
      threshold,
      truePositives: Math.round((truePositiveRate[index] ?? 0) * count),
      falsePositives: Math.round((falsePositiveRate[index] ?? 0) * negatives),
      ...{ positives: count, negatives },
    };
  });
}
