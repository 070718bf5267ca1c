/** Patients in more than one split. */
import test from 'ava';
import { checkSplits } from '../../src/data/index.js';
import type { Split } from '../../src/data/index.js';

const sample = (name: string, group: string, split: Split | null) => ({ name, group, split });

test('splits that share nothing have no leak', (t) => {
  const samples = [
    sample('a', 'p1', 'train'),
    sample('b', 'p1', 'train'),
    sample('c', 'p2', 'test'),
  ];
  t.deepEqual(checkSplits(samples), []);
});

test('a patient in more than one split is one leak, in the latest of the splits', (t) => {
  const samples = [
    sample('a', 'p1', 'test'),
    sample('b', 'p1', 'train'),
    sample('c', 'p1', 'train'),
    sample('d', 'p1', 'val'),
    sample('e', 'p2', 'val'),
  ];
  t.deepEqual(checkSplits(samples), [
    {
      file: 'a',
      code: 'ERR_SPLIT_LEAK',
      message: 'group p1 is in more than one split: 2 in train, 1 in val, 1 in test',
    },
  ]);
});

test('samples without a split cannot leak', (t) => {
  const samples = [sample('a', 'p1', null), sample('b', 'p1', 'train'), sample('c', 'p1', null)];
  t.deepEqual(checkSplits(samples), []);
});
