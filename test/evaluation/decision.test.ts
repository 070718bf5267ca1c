/** A rule is fitted on labeled images, and what it makes of others is counted and told. */
import test from 'ava';
import {
  answers,
  evaluateDecision,
  fitDecision,
  formatDecision,
  wilsonInterval,
} from '../../src/evaluation/index.js';
import { drawTwoClasses } from './calibrationFixture.js';
import { randomSource } from './fixtures.js';

const classes = ['NORMAL', 'PNEUMONIA'];
const settings = { operatingPoint: 'youden', alpha: 0.1 };
const origin = { fittedOn: 'validation', dataHash: 'abc' };

/** Logits three times too large: what a network that has learned its images by heart says. */
function overconfident(seed: number, count: number): { labels: number[]; probabilities: number[] } {
  const drawn = { count, positives: 0.6, prior: 0.6, distance: 2 };
  const { labels, probabilities } = drawTwoClasses(randomSource(seed), drawn);
  const sharp = probabilities.map((value, index) => {
    const other = probabilities[index % 2 === 0 ? index + 1 : index - 1] ?? 0;
    return value ** 3 / (value ** 3 + other ** 3);
  });
  return { labels, probabilities: sharp };
}

const groups = (count: number): string[] => Array.from({ length: count }, (_, at) => `p${at >> 1}`);

test('a rule fitted on some images makes the probabilities of others honest', (t) => {
  const fitting = { ...overconfident(1, 2000), classes, groups: groups(2000) };
  const { rule, notes } = fitDecision(fitting, settings, origin);
  t.deepEqual(notes, []);
  t.like(rule, { ...origin, images: 2000, groups: 1000 });
  t.true(Math.abs(rule.temperature - 3) < 0.3, `${rule.temperature}`);
  const fresh = overconfident(2, 4000);
  const made = evaluateDecision(rule, { ...fresh, classes, unfamiliar: null });
  t.true(made.calibrated.logLoss < made.raw.logLoss);
  t.true(made.calibrated.brier < made.raw.brier);
  t.true(made.calibrated.ece < made.raw.ece / 2);
  for (const coverage of made.conformal?.coverage ?? []) {
    t.true(Math.abs((coverage?.value ?? NaN) - 0.9) < 0.04, `${coverage?.value}`);
  }
  t.true((made.operatingPoint?.sensitivity?.value ?? 0) > 0.75);
});

test('every figure is a count over the images, with the interval of Wilson', (t) => {
  const rule = {
    ...{ ...origin, images: 10, groups: 10, temperature: 1, prior: [0.5, 0.5] },
    operatingPoint: { rule: 'youden', positive: 'PNEUMONIA', threshold: 0.3 },
    conformal: { alpha: 0.2, thresholds: [0.6, 0.35] },
  };
  const positive = [0.1, 0.32, 0.37, 0.9, 0.2, 0.5];
  const labels = [0, 0, 0, 1, 1, 1];
  const probabilities = positive.flatMap((value) => [1 - value, value]);
  const unfamiliar = [false, true, false, false, false, true];
  const made = evaluateDecision(rule, { probabilities, labels, classes, unfamiliar });
  t.deepEqual(made.operatingPoint?.confusionMatrix, [
    [1, 2],
    [1, 2],
  ]);
  const [low, high] = wilsonInterval(2 / 3, 3);
  t.deepEqual(made.operatingPoint?.sensitivity, { value: 2 / 3, low, high, method: 'wilson' });
  t.is(made.operatingPoint?.specificity?.value, 1 / 3);
  t.is(made.operatingPoint?.accuracy.value, 0.5);
  // Sets: N, N, NP, P, N, P.
  t.deepEqual(
    made.conformal?.coverage.map((rate) => rate?.value),
    [1, 2 / 3],
  );
  t.is(made.conformal?.answered, 5);
  t.is(made.conformal?.accuracyOfAnswered?.value, 4 / 5);
  t.true(Math.abs((made.conformal?.meanSetSize ?? NaN) - 7 / 6) < 1e-12);
  t.is(made.unfamiliar, 2);
  t.deepEqual(made.raw, made.calibrated);
});

test('images of another kind, whose coverage falls short, are told', (t) => {
  const fitting = { ...overconfident(1, 2000), classes, groups: groups(2000) };
  const { rule } = fitDecision(fitting, settings, origin);
  const { labels, probabilities } = overconfident(2, 600);
  const swapped = labels.map((label, at) => (label === 0 && at % 2 === 0 ? 1 : label));
  const images = { probabilities, labels: swapped, classes, unfamiliar: null };
  const text = formatDecision(evaluateDecision(rule, images), { classes, images: 600 });
  t.regex(text, /short of it +PNEUMONIA: /);
});

test('a prior shift is measured from what the model says where it was fitted', (t) => {
  const drawn = overconfident(1, 2000);
  // A model that leans to the second class: one temperature cannot set it upright.
  const leaning = drawn.probabilities.map((_, index) => {
    const positive = drawn.probabilities[index | 1] ?? 0;
    const tilted = (9 * positive) / (9 * positive + 1 - positive);
    return index % 2 === 0 ? 1 - tilted : tilted;
  });
  const fitting = { labels: drawn.labels, probabilities: leaning, classes, groups: groups(2000) };
  const { rule } = fitDecision(fitting, settings, origin);
  const made = evaluateDecision(rule, { ...fitting, unfamiliar: null });
  made.priorShift.estimatedPrior.forEach((share, at) => {
    t.true(Math.abs(share - (rule.prior[at] ?? NaN)) < 1e-6, `${share}`);
  });
});

test('a rule for other class shares tells probabilities for them, and leaves prediction sets', (t) => {
  const fitting = { ...overconfident(1, 2000), classes, groups: groups(2000) };
  const { rule } = fitDecision(fitting, settings, origin);
  const fresh = { ...overconfident(2, 600), classes, unfamiliar: null };
  // Images of the common class alone, where telling it more readily can only help.
  const rare = { ...fresh, labels: fresh.labels.map(() => 0) };
  const [before, after] = [rule, { ...rule, targetPrior: [0.95, 0.05] }].map((used) =>
    evaluateDecision(used, rare),
  );
  const specificity = (made = before) => made?.operatingPoint?.specificity?.value ?? NaN;
  t.true(specificity(after) > specificity() + 0.1, `${specificity()}, ${specificity(after)}`);
  t.true((after?.calibrated.logLoss ?? NaN) < (before?.calibrated.logLoss ?? NaN));
  t.deepEqual(after?.conformal, before?.conformal);
  const { targetPrior, ...unchanged } = after?.priorShift ?? {};
  t.deepEqual(targetPrior, [0.95, 0.05]);
  t.deepEqual(unchanged, before?.priorShift);
});

test('with three classes there is no operating point, and the most probable class is the answer', (t) => {
  const three = ['a', 'b', 'c'];
  const rows = Array.from({ length: 30 }, (_, at) =>
    three.map((_name, index) => (index === at % 3 ? 0.5 : 0.25)),
  );
  const labels = rows.map((_, at) => (at % 5 === 0 ? (at + 1) % 3 : at % 3));
  const fitting = { probabilities: rows.flat(), labels, groups: groups(30), classes: three };
  const { rule } = fitDecision(fitting, settings, origin);
  t.is(rule.operatingPoint, null);
  t.is(rule.conformal?.thresholds.length, 3);
  t.deepEqual(answers([0.2, 0.5, 0.3], three, null), [1]);
});

test('what cannot be fitted is told, with what would be needed', (t) => {
  const few = { probabilities: [0.3, 0.7, 0.6, 0.4], labels: [1, 1], groups: ['a', 'a'], classes };
  const { rule, notes } = fitDecision(few, settings, origin);
  t.is(rule.conformal, null);
  t.is(rule.operatingPoint, null);
  t.is(rule.groups, 1);
  t.regex(notes.join('\n'), /alpha 0\.1 needs 9 images of each class, and NORMAL, PNEUMONIA/);
  t.regex(notes.join('\n'), /No operating point/);
});

test('probabilities that tell nothing are told', (t) => {
  const labels = Array.from({ length: 40 }, (_, at) => at % 2);
  const probabilities = labels.flatMap((_, at) => (at % 4 < 2 ? [0.1, 0.9] : [0.9, 0.1]));
  const images = { probabilities, labels, groups: groups(40), classes };
  const { rule, notes } = fitDecision(images, settings, origin);
  t.is(rule.temperature, 20);
  t.regex(notes.join('\n'), /Temperature at its highest/);
});

test('the positive class can be the first', (t) => {
  const { labels, probabilities } = overconfident(4, 300);
  const fitting = { probabilities, labels, groups: groups(300), classes };
  const { rule } = fitDecision(fitting, { ...settings, positive: 'NORMAL' }, origin);
  t.is(rule.operatingPoint?.positive, 'NORMAL');
  t.deepEqual(answers([0.99, 0.01, 0.01, 0.99], classes, rule.operatingPoint), [0, 1]);
});

test('the text fits 80 columns and says where a rule was fitted on test images', (t) => {
  const fitting = { ...overconfident(1, 2000), classes, groups: groups(2000) };
  const { rule } = fitDecision(fitting, settings, { ...origin, fittedOn: 'test' });
  const fresh = overconfident(2, 600);
  const unfamiliar = fresh.labels.map((_, at) => at < 6);
  const target = { ...rule, targetPrior: [0.9, 0.1] };
  const made = evaluateDecision(target, { ...fresh, classes, unfamiliar });
  const text = formatDecision(made, { classes, images: 600 });
  t.true(
    text.split('\n').every((line) => line.length <= 80),
    text,
  );
  t.regex(text, /FITTED ON TEST/);
  t.regex(text, /class shares, used +NORMAL 0\.900, PNEUMONIA 0\.100/);
  t.notRegex(text, /short of it/);
  t.regex(text, /unfamiliar images +6 of 600 \(1\.0 %\)/);
  t.regex(text, /prediction sets +to hold the truth for 90% of each class/);
});
