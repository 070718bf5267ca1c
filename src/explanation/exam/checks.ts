/** The checks of the exam as a table: what a map must show, and why; and how many passes make a verdict. */
import { rateEstimate } from '../../evaluation/index.js';
import type {
  CheckResult,
  ExamRow,
  Measure,
  Measures,
  MethodResult,
  MethodVerdict,
  RowVerdict,
} from './types.js';

interface Check {
  /** In words. */
  rule: string;
  reason: string;
  /** It applies where these were measured. */
  needs: readonly Measure[];
  passes: (measured: Readonly<Record<Measure, number>>) => boolean;
}

export const checks = {
  deletion: {
    rule: 'deletion < deletionChance',
    reason: 'what matters is gone sooner than by the same map about another place',
    needs: ['deletion', 'deletionChance'],
    passes: ({ deletion, deletionChance }) => deletion < deletionChance,
  },
  insertion: {
    rule: 'insertion > insertionChance',
    reason: 'what matters is back sooner than by the same map about another place',
    needs: ['insertion', 'insertionChance'],
    passes: ({ insertion, insertionChance }) => insertion > insertionChance,
  },
  road: {
    rule: 'road > 0',
    reason: 'a map that knows nothing orders pixels by chance, and is 0 on average',
    needs: ['road'],
    passes: ({ road }) => road > 0,
  },
  randomization: {
    rule: '|wholeCorrelation| < 0.5',
    reason:
      'with a correlation of 0.5 a quarter of the order is still there, and no learned weight is',
    needs: ['wholeCorrelation'],
    passes: ({ wholeCorrelation }) => Math.abs(wholeCorrelation) < 0.5,
  },
  lungs: {
    rule: 'maskShare > maskFlatShare',
    reason: 'a map without any place has the share of the mask in the image',
    needs: ['maskShare', 'maskFlatShare'],
    passes: ({ maskShare, maskFlatShare }) => maskShare > maskFlatShare,
  },
  limeFit: {
    rule: 'limeScore ≥ 0.5',
    reason:
      'weights of a linear model tell of a network only as far as it follows the network: at least by half',
    needs: ['limeScore'],
    passes: ({ limeScore }) => limeScore >= 0.5,
  },
  limeStability: {
    rule: 'limeJaccard ≥ 0.5',
    reason:
      'of five superpixels that two seeds find, four are the same (4 of 6) and not three (3 of 7)',
    needs: ['limeJaccard'],
    passes: ({ limeJaccard }) => limeJaccard >= 0.5,
  },
  planted: {
    rule: 'plantedShare ≥ 2 × plantedFlatShare',
    reason: 'evidence is known to lie in the box alone, and soft edges of maps may spread it',
    needs: ['plantedShare', 'plantedFlatShare'],
    passes: ({ plantedShare, plantedFlatShare }) => plantedShare >= 2 * plantedFlatShare,
  },
} as const satisfies Readonly<Record<string, Check>>;

export type CheckName = keyof typeof checks;
export const checkNames = Object.keys(checks) as CheckName[];

/** How verdicts of a method come about. */
export const verdictRule =
  'An image passes a check or fails it; an image alone may pass by luck. A method passes a check where the lower end ' +
  "of Wilson's 95% interval of the share of images that pass lies above one half, fails it where the upper end lies " +
  'below, and is undecided between: then more images tell. It fails the exam where it fails one check, and passes ' +
  'where it passes all that apply.';

/** Each check on one map; a check whose measures are missing does not apply. */
export function checkMap(measured: Measures): Pick<ExamRow, 'checks' | 'verdict'> {
  const results = checkNames.map((name) => {
    const { needs, passes }: Check = checks[name];
    const applies = needs.every((measure) => measured[measure] !== null);
    const verdict = !applies ? 'notApplicable' : passes(known(measured)) ? 'pass' : 'fail';
    return [name, verdict] as const;
  });
  const verdicts = results.map(([, verdict]) => verdict);
  return { checks: Object.fromEntries(results), verdict: together(verdicts) };
}

/** Only measures that a check needs are read of it. */
function known(measured: Measures): Record<Measure, number> {
  const entries = Object.entries(measured).map(([name, value]) => [name, value ?? NaN]);
  return Object.fromEntries(entries) as Record<Measure, number>;
}

/** One method over all its images; `rows` may hold those of others. */
export function judgeMethod(method: string, rows: readonly ExamRow[]): MethodResult {
  const own = rows.filter((row) => row.method === method);
  const results = checkNames.map((check) => judgeCheck(check, own));
  return { method, checks: results, verdict: together(results.map(({ verdict }) => verdict)) };
}

function judgeCheck(check: CheckName, rows: readonly ExamRow[]): CheckResult {
  const verdicts = rows.map((row) => row.checks[check]);
  const passed = verdicts.filter((verdict) => verdict === 'pass').length;
  const images = passed + verdicts.filter((verdict) => verdict === 'fail').length;
  const estimate = rateEstimate(passed, images);
  if (estimate === null) return { check, images, passed, share: null, verdict: 'notApplicable' };
  const { value, low, high } = estimate;
  const verdict = low > 0.5 ? 'pass' : high < 0.5 ? 'fail' : 'undecided';
  return { check, images, passed, share: { value, low, high }, verdict };
}

/** The worst one counts; those that do not apply do not. */
function together<Verdict extends MethodVerdict | RowVerdict>(
  verdicts: readonly Verdict[],
): Verdict {
  const order = ['fail', 'undecided', 'pass', 'notApplicable'];
  return verdicts.reduce((worst, verdict) =>
    order.indexOf(verdict) < order.indexOf(worst) ? verdict : worst,
  );
}
