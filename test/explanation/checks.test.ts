/** How measures become verdicts: of a map, and of a method over images. */
import test from 'ava';
import { checkMap, judgeMethod } from '../../src/explanation/exam/checks.js';
import { measureNames, type ExamRow, type Measures } from '../../src/explanation/exam/types.js';

function measured(given: Partial<Measures>): Measures {
  const entries = measureNames.map((name) => [name, given[name] ?? null]);
  return Object.fromEntries(entries) as Measures;
}

const row = (method: string, given: Partial<Measures>): ExamRow => {
  const all = measured(given);
  return { image: 'a', method, target: 'A', probability: 1, measures: all, ...checkMap(all) };
};

for (const [check, passing, failing] of [
  ['deletion', { deletion: 0.2, deletionChance: 0.3 }, { deletion: 0.3, deletionChance: 0.3 }],
  ['insertion', { insertion: 0.4, insertionChance: 0.3 }, { insertion: 0.3, insertionChance: 0.3 }],
  ['road', { road: 0.01 }, { road: 0 }],
  ['randomization', { wholeCorrelation: -0.49 }, { wholeCorrelation: -0.5 }],
  ['lungs', { maskShare: 0.5, maskFlatShare: 0.4 }, { maskShare: 0.4, maskFlatShare: 0.4 }],
  ['limeFit', { limeScore: 0.5 }, { limeScore: 0.49 }],
  ['limeStability', { limeJaccard: 4 / 6 }, { limeJaccard: 3 / 7 }],
  [
    'planted',
    { plantedShare: 0.2, plantedFlatShare: 0.1 },
    { plantedShare: 0.19, plantedFlatShare: 0.1 },
  ],
] as const) {
  test(`${check} tells maps apart at its threshold, and applies to nothing else`, (t) => {
    const good = checkMap(measured(passing));
    t.deepEqual(
      Object.entries(good.checks).filter(([, verdict]) => verdict !== 'notApplicable'),
      [[check, 'pass']],
    );
    t.is(good.verdict, 'pass');
    const bad = checkMap(measured(failing));
    t.is(bad.checks[check], 'fail');
    t.is(bad.verdict, 'fail');
  });
}

test('one failed check fails a map', (t) => {
  t.is(checkMap(measured({ road: 0.1, limeScore: 0.1 })).verdict, 'fail');
});

// Wilson's 95% interval leaves one half from 5 of 5, and from 12 of 16, not from 11 of 16.
for (const [passed, images, verdict] of [
  [3, 3, 'undecided'],
  [5, 5, 'pass'],
  [12, 16, 'pass'],
  [11, 16, 'undecided'],
  [4, 16, 'fail'],
] as const) {
  test(`${passed} of ${images} images that pass: ${verdict}`, (t) => {
    const rows = Array.from({ length: images }, (_, at) =>
      row('mine', { road: at < passed ? 1 : -1 }),
    );
    const others = Array.from({ length: 20 }, () => row('other', { road: -1 }));
    const result = judgeMethod('mine', [...rows, ...others, row('mine', {})]);
    t.like(
      result.checks.find(({ check }) => check === 'road'),
      { images, passed, verdict },
    );
    t.is(result.verdict, verdict);
  });
}

test('a method without a map that could be checked is not judged', (t) => {
  t.is(judgeMethod('mine', [row('mine', {})]).verdict, 'notApplicable');
});
