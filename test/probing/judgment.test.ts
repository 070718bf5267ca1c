/** The rule: a probe is flagged for what is certain and matters, and only where it cannot see disease. */
import test from 'ava';
import { conclude, hasEnoughGroups, judge, type Judged } from '../../src/probing/judgment.js';

const probe = { name: 'border', title: 'the border', decides: true };
const circumstances = { deciding: 1, enoughGroups: true, chance: 0.5, model: null };

/** 1,001 bootstrap areas spread evenly over a range. */
function judged(from: number, to: number, balancedAccuracy = 0.8): Judged {
  const areas = Float64Array.from({ length: 1001 }, (_, at) => from + ((to - from) * at) / 1000);
  return {
    accuracy: balancedAccuracy,
    balancedAccuracy,
    auroc: (from + to) / 2,
    aurocInterval: [from, to],
    areas,
  };
}

test('a probe is flagged where the corrected lower bound is above 0.6, not where the estimate alone is', (t) => {
  // 5% of 0.55 … 1.05 lie below 0.575, and 5% of 0.58 … 0.98 exactly below 0.6.
  t.is(conclude(probe, judged(0.55, 1.05), circumstances).verdict, 'notFlagged');
  t.is(conclude(probe, judged(0.581, 0.981), circumstances).verdict, 'shortcut');
});

test('the more probes decide, the more certain each must be', (t) => {
  const one = conclude(probe, judged(0.59, 0.99), circumstances);
  const three = conclude(probe, judged(0.59, 0.99), { ...circumstances, deciding: 3 });
  t.true(Math.abs((one.aurocLowerBound ?? NaN) - (0.59 + 0.4 * 0.05)) < 1e-9);
  t.true(Math.abs((three.aurocLowerBound ?? NaN) - (0.59 + (0.4 * 0.05) / 3)) < 1e-9);
  t.deepEqual([one.flagged, three.flagged], [true, false]);
});

test('a probe that may see disease informs, and few patients decide nothing', (t) => {
  const perfect = judged(1, 1);
  const informing = conclude({ ...probe, decides: false }, perfect, circumstances);
  t.deepEqual([informing.verdict, informing.flagged], ['informs', false]);
  const few = conclude(probe, perfect, { ...circumstances, enoughGroups: false });
  t.deepEqual([few.verdict, few.flagged], ['tooFew', false]);
});

test('the explained share is a part of what the model gains over chance', (t) => {
  const shareBeside = (probeAccuracy: number, modelAccuracy: number): number | null => {
    const { areas: _, ...model } = judged(0.9, 1, modelAccuracy);
    return conclude(probe, judged(0.6, 0.8, probeAccuracy), { ...circumstances, model })
      .explainedShare;
  };
  t.is(shareBeside(0.625, 0.75), 0.5);
  t.is(shareBeside(0.4, 0.75), 0, 'none below chance');
  t.is(shareBeside(0.8, 0.5), null, 'none of nothing');
  t.is(
    conclude(probe, judged(0.6, 0.8), circumstances).explainedShare,
    null,
    'none without a model',
  );
});

test('balanced accuracy is the mean recall of the classes that occur', (t) => {
  // Three of four A are found, one of two B, and no C is there.
  const answers = [0, 0, 0, 1, 1, 0];
  const images = {
    labels: [0, 0, 0, 0, 1, 1],
    probabilities: answers.flatMap((answer) => [0, 1, 2].map((one) => (one === answer ? 1 : 0))),
    groups: ['a', 'b', 'c', 'd', 'e', 'f'],
    classes: 3,
  };
  const { accuracy, balancedAccuracy, auroc, aurocInterval } = judge(images, ['A', 'B', 'C'], 1);
  t.is(accuracy, 4 / 6);
  t.is(balancedAccuracy, (3 / 4 + 1 / 2) / 2);
  t.deepEqual([auroc, aurocInterval], [null, null], 'undefined without images of C');
});

test('patients are counted, not images, and in every class', (t) => {
  const patients = (count: number, key: string) =>
    Array.from({ length: 20 }, (_, image) => `${key}${image % count}`);
  const labels = Array.from({ length: 40 }, (_, image) => (image < 20 ? 0 : 1));
  t.true(hasEnoughGroups(labels, [...patients(10, 'a'), ...patients(10, 'b')]));
  t.false(hasEnoughGroups(labels, [...patients(20, 'a'), ...patients(9, 'b')]));
});
