/** Splits that never part a patient. */
import test from 'ava';
import { splitByGroup } from '../../src/data/index.js';
import type { Split } from '../../src/data/index.js';
import { splitMix64 } from '../../src/data/random.js';

interface Item {
  label: number;
  group: string;
}

/** A source of small random integers for the cases below. */
function randomBelow(seed: number): (limit: number) => number {
  const next = splitMix64(seed);
  return (limit) => Number(next() % BigInt(limit));
}

/** Up to 4 classes of up to 60 groups each, most of them small, some of up to 30 images. */
function randomItems(seed: number): Item[] {
  const below = randomBelow(seed);
  return Array.from({ length: 1 + below(4) }, (_, label) =>
    Array.from({ length: 5 + below(56) }, (_, index) => {
      const size = 1 + below(below(8) === 0 ? 30 : 3);
      return Array.from({ length: size }, () => ({ label, group: `${label}-${index}` }));
    }),
  ).flat(2);
}

const cases = Array.from({ length: 60 }, (_, seed) => ({
  seed,
  items: randomItems(seed),
  fractions: [{ val: 0.1 }, { val: 0.15, test: 0.15 }, { test: 0.3 }, { val: 0.5, test: 0.25 }][
    seed % 4
  ] ?? { val: 0.1 },
}));

test('SplitMix64 gives the numbers of the reference implementation', (t) => {
  const next = splitMix64(1234567);
  t.deepEqual(Array.from({ length: 5 }, next), [
    6457827717110365317n,
    3203168211198807973n,
    9817491932198370423n,
    4593380528125082431n,
    16408922859458223821n,
  ]);
});

test('a group is never cut in two', (t) => {
  for (const { seed, items, fractions } of cases) {
    const assignment = splitByGroup(items, { fractions, seed });
    const splitOf = new Map<string, Split | undefined>();
    for (const [index, { group }] of items.entries()) {
      const expected = splitOf.get(group) ?? assignment[index];
      splitOf.set(group, expected);
      if (assignment[index] !== expected) t.fail(`seed ${seed} cuts ${group}`);
    }
  }
  t.pass();
});

test('each class misses its fractions by two of its largest groups at most', (t) => {
  for (const { seed, items, fractions } of cases) {
    const assignment = splitByGroup(items, { fractions, seed });
    const { val = 0, test: testShare = 0 } = { ...fractions };
    const shares = { val, test: testShare, train: 1 - val - testShare };
    for (const label of new Set(items.map((item) => item.label))) {
      const members = items.filter((item) => item.label === label);
      const sizes = new Map<string, number>();
      for (const { group } of members) sizes.set(group, (sizes.get(group) ?? 0) + 1);
      const largest = Math.max(...sizes.values());
      for (const [split, share] of Object.entries(shares)) {
        const got = items.filter(
          (item, index) => item.label === label && assignment[index] === split,
        );
        const surplus = got.length - share * members.length;
        if (surplus > largest || surplus < -2 * largest) {
          t.fail(`seed ${seed}: ${split} of class ${label} is off by ${surplus} images`);
        }
      }
    }
  }
  t.pass();
});

test('groups of one image are split to the image', (t) => {
  const items = Array.from({ length: 300 }, (_, index) => ({
    label: index % 3,
    group: String(index),
  }));
  const assignment = splitByGroup(items, { fractions: { val: 0.1, test: 0.2 }, seed: 5 });
  for (const label of [0, 1, 2]) {
    const got = assignment.filter((_, index) => items[index]?.label === label);
    t.deepEqual(
      (['train', 'val', 'test'] as const).map((split) => got.filter((x) => x === split).length),
      [70, 10, 20],
    );
  }
});

test('groups that hold several classes keep each class near its fraction', (t) => {
  const below = randomBelow(9);
  const items = Array.from({ length: 200 }, (_, index) =>
    Array.from({ length: 1 + below(5) }, () => ({ label: below(3), group: String(index) })),
  ).flat();
  const assignment = splitByGroup(items, { fractions: { val: 0.2 }, seed: 1 });
  for (const label of [0, 1, 2]) {
    const members = assignment.filter((_, index) => items[index]?.label === label);
    const share = members.filter((split) => split === 'val').length / members.length;
    t.true(Math.abs(share - 0.2) <= 10 / members.length, `class ${label}: ${share}`);
  }
});

test('the same seed gives the same splits, another seed others', (t) => {
  const items = randomItems(3);
  const split = (seed: number): Split[] => splitByGroup(items, { fractions: { val: 0.2 }, seed });
  t.deepEqual(split(7), split(7));
  t.notDeepEqual(split(7), split(8));
});

test('the order of the samples does not matter', (t) => {
  for (const { seed, items, fractions } of cases.slice(0, 10)) {
    const options = { fractions, seed };
    const backwards = [...splitByGroup([...items].reverse(), options)].reverse();
    t.deepEqual(backwards, splitByGroup(items, options));
  }
});

test('the size of a group does not decide its split', (t) => {
  const items = Array.from({ length: 120 }, (_, index) =>
    Array.from({ length: index % 2 === 0 ? 1 : 10 }, () => ({ label: 0, group: String(index) })),
  ).flat();
  const isLarge = ({ group }: Item): boolean => Number(group) % 2 === 1;
  const shares = Array.from({ length: 40 }, (_, seed) => {
    const assignment = splitByGroup(items, { fractions: { val: 0.2 }, seed });
    const val = items.filter((_item, index) => assignment[index] === 'val');
    return val.filter(isLarge).length / val.length;
  });
  const mean = shares.reduce((sum, share) => sum + share) / shares.length;
  t.true(Math.abs(mean - 10 / 11) < 0.03, String(mean));
});

test('a patient with most of the images does not starve the smaller split', (t) => {
  const items = [1, 2, 29, 2, 3, 2, 1].flatMap((size, index) =>
    Array.from({ length: size }, () => ({ label: 0, group: String(index) })),
  );
  for (let seed = 0; seed < 20; seed += 1) {
    const assignment = splitByGroup(items, { fractions: { val: 0.15 }, seed });
    const images = assignment.filter((split) => split === 'val').length;
    t.true(images >= 4 && images <= 8, `seed ${seed}: ${images} of 6`);
  }
});

for (const fractions of [{ val: -0.1 }, { val: 1 }, { test: NaN }, { val: 0.5, test: 0.5 }]) {
  test(`the fractions ${JSON.stringify(fractions)} are refused`, (t) => {
    t.throws(() => splitByGroup(randomItems(0), { fractions, seed: 0 }), {
      code: 'ERR_INVALID_ARGUMENT',
    });
  });
}

for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
  test(`the seed ${seed} is refused`, (t) => {
    const error = t.throws(() => splitByGroup(randomItems(0), { fractions: { val: 0.1 }, seed }), {
      code: 'ERR_INVALID_ARGUMENT',
    });
    t.regex(error.message, /for seed/);
  });
}

test('a split that would stay empty is an error', (t) => {
  const items = Array.from({ length: 50 }, () => ({ label: 0, group: 'one patient' }));
  const error = t.throws(() => splitByGroup(items, { fractions: { val: 0.1 }, seed: 0 }), {
    code: 'ERR_EMPTY_DATASET',
  });
  t.regex(error.message, /val split would be empty: 10% of 50 images/);
});
