/** The audit's statistics equal SciPy's. */
import test from 'ava';
import {
  independenceScore,
  median,
  robustScores,
  separation,
} from '../../src/data/audit/statistics.js';

test('separation is the Mann–Whitney statistic as a share of all pairs', (t) => {
  // scipy.stats.mannwhitneyu(a, b).statistic / 15
  t.is(separation([3.1, 2, 2, 5.5, -1], [2, 3.1, 4]), 5.5 / 15);
  t.is(separation([2, 3], [0, 1]), 1);
  t.is(separation([1, 1], [1, 1]), 0.5);
  t.is(separation([], [1]), NaN);
});

test('robust scores are distances from the median by the scaled median absolute deviation', (t) => {
  // scipy.stats.median_abs_deviation(values, scale='normal') = 1.482602…
  const [first, , middle, , last] = robustScores([1, 2, 3, 4, 100], 0.1);
  t.true(Math.abs((first ?? 0) + 1.34898) < 1e-4);
  t.is(middle, 0);
  t.true(Math.abs((last ?? 0) - 65.4255) < 1e-3);
  t.deepEqual(robustScores([5, 5, 5, 9], 2), [0, 0, 0, 2]);
  t.is(median([4, 1, 3, 2]), 2.5);
});

test('the independence score is the normal quantile of the χ² test, within a tenth', (t) => {
  // scipy.stats.norm.isf(scipy.stats.chi2_contingency(table, correction=False).pvalue)
  const tables: [number[][], number][] = [
    [
      [
        [1341, 3875],
        [8, 8],
        [234, 390],
      ],
      6.168,
    ],
    [
      [
        [20, 30],
        [25, 25],
      ],
      0.4821,
    ],
    [
      [
        [10, 20, 30],
        [20, 20, 20],
        [30, 25, 12],
      ],
      3.0089,
    ],
  ];
  for (const [table, expected] of tables) {
    const score = independenceScore(table);
    t.true(Math.abs(score - expected) < 0.1 * Math.max(1, expected), `${score} for ${expected}`);
  }
  t.is(independenceScore([[3, 4]]), 0);
});
