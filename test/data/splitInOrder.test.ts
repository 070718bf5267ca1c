/** Splits by the order of patients. */
import test from 'ava';
import { splitInOrder } from '../../src/data/index.js';
import type { Split } from '../../src/data/index.js';
import { shuffled, splitMix64 } from '../../src/data/random.js';

interface Item {
  label: number;
  group: string;
}

/** Two classes of numbered patients, one to five images each, in disorder. */
function randomItems(seed: number): Item[] {
  const next = splitMix64(seed);
  const below = (limit: number): number => Number(next() % BigInt(limit));
  const items = [0, 1].flatMap((label) =>
    Array.from({ length: 20 + below(200) }, (_, number) =>
      Array.from({ length: 1 + below(5) }, () => ({ label, group: `class${label}-${number}` })),
    ).flat(),
  );
  return shuffled(items, seed);
}

const numberOf = ({ group }: Item): number => Number(group.split('-')[1]);

/** Splits of a class's images, patients by number. */
function inOrder(items: readonly Item[], assignment: readonly Split[], label: number): Split[] {
  return items
    .map((item, index) => ({ item, split: assignment[index] ?? 'train' }))
    .filter(({ item }) => item.label === label)
    .sort((a, b) => numberOf(a.item) - numberOf(b.item))
    .map(({ split }) => split);
}

const runs = (sequence: readonly Split[]): Split[] =>
  sequence.filter((split, index) => split !== sequence[index - 1]);

const fractions = { val: 0.15, test: 0.2 };

test('each class is cut into test, val and train by number, within half of its largest patients', (t) => {
  for (let seed = 0; seed < 40; seed += 1) {
    const items = randomItems(seed);
    const first = splitInOrder(items, { fractions, heldOut: 'first' });
    const last = splitInOrder(items, { fractions, heldOut: 'last' });
    for (const label of [0, 1]) {
      const sequence = inOrder(items, first, label);
      t.deepEqual(runs(sequence), ['test', 'val', 'train'], `seed ${seed}`);
      t.deepEqual(runs(inOrder(items, last, label)), ['train', 'val', 'test'], `seed ${seed}`);
      for (const [split, share] of [
        ['test', 0.2],
        ['val', 0.15],
      ] as const) {
        const count = sequence.filter((each) => each === split).length;
        t.true(
          Math.abs(count - share * sequence.length) <= 5,
          `seed ${seed}: ${count} in ${split}`,
        );
      }
    }
  }
});

test('a patient of two classes stays whole, on the side of most of its images', (t) => {
  const plain = Array.from({ length: 20 }, (_, number) => ({
    label: number % 2,
    group: String(number + 10),
  }));
  const mixed = [0, 1, 1].map((label) => ({ label, group: '9' }));
  const assignment = splitInOrder([...plain, ...mixed], {
    fractions: { val: 0.3 },
    heldOut: 'first',
  });
  t.deepEqual(assignment.slice(-3), ['val', 'val', 'val']);
});

test('the order of the samples does not matter, even where numbers are equal', (t) => {
  const items = ['a1', 'a01', 'a001', 'a2'].map((group) => ({ label: 0, group }));
  const options = { fractions: { val: 0.25 }, heldOut: 'first' } as const;
  const backwards = [...splitInOrder([...items].reverse(), options)].reverse();
  t.deepEqual(backwards, splitInOrder(items, options));
  t.deepEqual(backwards, ['train', 'train', 'val', 'train']);
});

test('a split that would stay empty is an error, and so are fractions that leave nothing', (t) => {
  const items = [0, 1].map((label) => ({ label, group: String(label) }));
  const error = t.throws(() => splitInOrder(items, { fractions: { val: 0.1 }, heldOut: 'first' }));
  t.like(error, { code: 'ERR_EMPTY_DATASET' });
  t.throws(() => splitInOrder(items, { fractions: { val: 0.6, test: 0.4 }, heldOut: 'last' }), {
    code: 'ERR_INVALID_ARGUMENT',
  });
});
