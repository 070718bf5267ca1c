/** The AUROC over bootstrap samples of patients spreads as it should. */
import test from 'ava';
import { aurocDraws, quantile, rocCurve } from '../../src/evaluation/index.js';

/** Scores of two overlapping classes, from a sequence without pattern. */
function overlapping(count: number): { probabilities: number[]; labels: number[] } {
  const labels = Array.from({ length: count }, (_, row) => row % 2);
  const probabilities = labels.flatMap((label, row) => {
    const positive = 0.25 * label + 0.75 * ((Math.imul(row + 1, 2654435761) >>> 0) / 2 ** 32);
    return [1 - positive, positive];
  });
  return { probabilities, labels };
}

/** Hanley and McNeil (Radiology 143, 29, 1982), formula 1. */
function hanleyMcNeil(area: number, positives: number, negatives: number): number {
  const [q1, q2] = [area / (2 - area), (2 * area ** 2) / (1 + area)];
  const variance =
    area * (1 - area) + (positives - 1) * (q1 - area ** 2) + (negatives - 1) * (q2 - area ** 2);
  return Math.sqrt(variance / (positives * negatives));
}

test('where every image is a patient the interval is about that of Hanley and McNeil', (t) => {
  const { probabilities, labels } = overlapping(400);
  const groups = labels.map((_, row) => `patient${row}`);
  const areas = aurocDraws({ probabilities, labels, groups, classes: 2 }, 1);
  const scores = probabilities.filter((_, at) => at % 2 === 1);
  const area =
    rocCurve(
      scores,
      labels.map((label) => label === 1),
    )?.area ?? NaN;
  const mean = areas.reduce((sum, value) => sum + value) / areas.length;
  t.true(Math.abs(mean - area) < 0.003);
  const width = quantile(areas, 0.975) - quantile(areas, 0.025);
  const expected = 2 * 1.96 * hanleyMcNeil(area, 200, 200);
  t.true(Math.abs(width / expected - 1) < 0.15, `${width} for ${expected}`);
});

test('further images of the same patients, all alike, make no interval shorter', (t) => {
  const { probabilities, labels } = overlapping(60);
  const groups = labels.map((_, row) => `patient${row}`);
  const fourfold = <Item>(items: Item[]) => [...items, ...items, ...items, ...items];
  t.deepEqual(
    aurocDraws(
      {
        probabilities: fourfold(probabilities),
        labels: fourfold(labels),
        groups: fourfold(groups),
        classes: 2,
      },
      3,
    ),
    aurocDraws({ probabilities, labels, groups, classes: 2 }, 3),
  );
});

test('of three classes the mean over one class against the rest is drawn', (t) => {
  // The first class is always found, the other two are guessed: areas 1, 3/4, 3/4.
  const labels = Array.from({ length: 300 }, (_, row) => row % 3);
  const probabilities = labels.flatMap((label) => (label === 0 ? [1, 0, 0] : [0, 0.5, 0.5]));
  const groups = labels.map((_, row) => String(row));
  const areas = aurocDraws({ probabilities, labels, groups, classes: 3 }, 1);
  const median = quantile(areas, 0.5);
  t.true(Math.abs(median - 2.5 / 3) < 0.01, String(median));
});
