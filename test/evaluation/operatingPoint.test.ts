/** The chosen threshold is the best of all, sits on no image, and says where a rule asks too much. */
import test from 'ava';
import { chooseOperatingPoint, parseOperatingRule } from '../../src/evaluation/index.js';
import { calibrationFixture } from './calibrationFixture.js';
import { randomSource } from './fixtures.js';

interface Rates {
  truePositives: number;
  falsePositives: number;
  sensitivity: number;
  specificity: number;
}

function ratesAt(
  threshold: number,
  scores: readonly number[],
  positives: readonly boolean[],
): Rates {
  const called = positives.filter((_, index) => (scores[index] ?? NaN) >= threshold);
  const truePositives = called.filter(Boolean).length;
  const falsePositives = called.length - truePositives;
  const count = positives.filter(Boolean).length;
  const negatives = positives.length - count;
  return {
    truePositives,
    falsePositives,
    sensitivity: truePositives / count,
    specificity: (negatives - falsePositives) / negatives,
  };
}

/** All that a threshold can come to: at each score, and above all of them. */
function everything(scores: readonly number[], positives: readonly boolean[]): Rates[] {
  return [...scores, 2].map((threshold) => ratesAt(threshold, scores, positives));
}

for (const [index, { scores, labels, points, ...best }] of Object.entries(
  calibrationFixture.youden,
)) {
  const positives = labels.map((label) => label === 1);
  test(`Youden's point is the best of scikit-learn's curve, case ${index}`, (t) => {
    const chosen = chooseOperatingPoint(scores, positives, 'youden');
    t.true(Math.abs((chosen?.sensitivity ?? NaN) - best.sensitivity) < 1e-12);
    t.true(Math.abs((chosen?.specificity ?? NaN) - best.specificity) < 1e-12);
  });

  for (const least of [0.5, 0.9, 1]) {
    test(`a sensitivity of ${least} costs as little specificity as on scikit-learn's curve, case ${index}`, (t) => {
      const chosen = chooseOperatingPoint(scores, positives, `sensitivity=${least}`);
      const possible = points.filter(([sensitivity]) => sensitivity >= least);
      const most = Math.max(...possible.map(([, specificity]) => specificity));
      t.true((chosen?.sensitivity ?? 0) >= least);
      t.true(Math.abs((chosen?.specificity ?? NaN) - most) < 1e-12);
    });
  }
}

test('no threshold does better, and the chosen one divides the images as it says', (t) => {
  const random = randomSource(11);
  const rules: Record<string, { allowed: (r: Rates) => boolean; value: (r: Rates) => number }> = {
    youden: { allowed: () => true, value: (r) => r.sensitivity + r.specificity },
    'sensitivity=0.8': { allowed: (r) => r.sensitivity >= 0.8, value: (r) => r.specificity },
    'specificity=0.7': { allowed: (r) => r.specificity >= 0.7, value: (r) => r.sensitivity },
    'cost=5:1': { allowed: () => true, value: (r) => 5 * r.truePositives - r.falsePositives },
    'cost=1:4': { allowed: () => true, value: (r) => r.truePositives - 4 * r.falsePositives },
  };
  for (let repetition = 0; repetition < 200; repetition += 1) {
    const levels = repetition % 2 === 0 ? 6 : 1e6;
    const count = 4 + Math.floor(30 * random());
    const positives = Array.from(
      { length: count },
      (_, at) => at === 0 || (at > 1 && random() < 0.4),
    );
    const scores = positives.map((positive) =>
      Math.min(0.999, Math.round((random() * 0.8 + (positive ? 0.2 : 0)) * levels) / levels),
    );
    for (const [rule, { allowed, value }] of Object.entries(rules)) {
      const chosen = chooseOperatingPoint(scores, positives, rule);
      if (chosen === null) return t.fail(`${rule} has no point`);
      const made = ratesAt(chosen.threshold, scores, positives);
      const possible = everything(scores, positives).filter(allowed);
      const most = Math.max(...possible.map(value));
      t.true(allowed(made), rule);
      t.true(Math.abs(value(made) - most) < 1e-9, `${rule}: ${value(made)}, ${most}`);
      const tied = possible.filter((rates) => most - value(rates) < 1e-9);
      t.is(made.sensitivity, Math.max(...tied.map(({ sensitivity }) => sensitivity)), rule);
      t.is(made.sensitivity, chosen.sensitivity);
      t.is(made.specificity, chosen.specificity);
      t.false(scores.includes(chosen.threshold), 'it sits on no image');
    }
  }
});

test('the threshold lies midway between the images next to it', (t) => {
  const chosen = chooseOperatingPoint([0.1, 0.3, 0.6, 0.9], [false, false, true, true], 'youden');
  t.is(chosen?.threshold, (0.3 + 0.6) / 2);
});

test('neighboring doubles, which have nothing between them, are told apart all the same', (t) => {
  const next = 0.5 + 2 ** -53;
  for (const [low, high] of [
    [0.5 - 2 ** -54, 0.5],
    [next - 2 ** -53, next + 2 ** -53],
  ] as const) {
    const chosen = chooseOperatingPoint([low, high], [false, true], 'youden');
    t.like(chosen, { sensitivity: 1, specificity: 1 });
    t.true((chosen?.threshold ?? NaN) > low && (chosen?.threshold ?? NaN) <= high);
  }
});

test('of equally good points of Youden the one that finds more is taken', (t) => {
  const chosen = chooseOperatingPoint([0.2, 0.4, 0.6, 0.8], [false, true, false, true], 'youden');
  t.like(chosen, { sensitivity: 1, specificity: 0.5 });
});

test('a rule that leaves nothing but one answer says so', (t) => {
  const scores = [0.9, 0.1, 0.2];
  const positives = [false, true, true];
  t.regex(chooseOperatingPoint(scores, positives, 'sensitivity=1')?.note ?? '', /specificity of 0/);
  t.regex(chooseOperatingPoint(scores, positives, 'specificity=1')?.note ?? '', /sensitivity of 0/);
  t.is(chooseOperatingPoint([0.1, 0.9], [false, true], 'youden')?.note, null);
});

test('without one of the classes, or with a certain false alarm and no room for it, there is no point', (t) => {
  t.is(chooseOperatingPoint([0.1, 0.9], [true, true], 'youden'), null);
  t.is(chooseOperatingPoint([0.1, 0.9], [false, false], 'youden'), null);
  t.is(chooseOperatingPoint([1, 0.9], [false, true], 'specificity=1'), null);
});

test('rules are read in any case and spacing', (t) => {
  t.is(parseOperatingRule('Youden'), 'youden');
  t.is(parseOperatingRule(' sensitivity = 0.97 '), 'sensitivity=0.97');
  t.is(parseOperatingRule('cost=5:1'), 'cost=5:1');
});

for (const text of [
  ...['', 'best', 'youden=1', 'sensitivity', 'sensitivity=0', 'sensitivity=1.2', 'specificity=x'],
  ...['cost=5', 'cost=5:0', 'cost=-1:2', 'cost=1:2:3', 'toString', 'sensitivity=0.9=0.8'],
]) {
  test(`no rule: "${text}"`, (t) => {
    t.throws(() => parseOperatingRule(text), {
      code: 'ERR_INVALID_ARGUMENT',
      message: /youden, sensitivity=0\.97, specificity=0\.9 or cost=5:1/,
    });
  });
}
