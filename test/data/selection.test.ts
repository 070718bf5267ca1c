/** What a run trains on, selects on and reports. */
import test from 'ava';
import { scanSource, selectSplits, smallestVal } from '../../src/data/index.js';
import type { Split } from '../../src/data/index.js';
import { realImages } from './folder.js';

/** `count` images of two classes, three per patient. */
function images(split: Split | null, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    split,
    label: Math.floor(index / 3) % 2,
    group: `${split ?? 'none'}-${Math.floor(index / 3)}`,
  }));
}

const small = [...images('train', 300), ...images('val', 16), ...images('test', 60)];
const large = [...images('train', 300), ...images('val', smallestVal), ...images('test', 60)];

function counts(samples: typeof small, valFraction?: number) {
  const selection = selectSplits({ samples }, { valFraction, seed: 0 });
  const { train, validation, test: held, ownVal, validationFrom } = selection;
  return [train.length, validation.length, held.length, ownVal.length, validationFrom];
}

test('a small val is set aside, and a tenth of train selected on', (t) => {
  t.deepEqual(counts(small), [270, 30, 60, 16, 'train']);
});

test('a val of a hundred images is selected on', (t) => {
  t.deepEqual(counts(large), [300, 100, 60, 0, 'val']);
});

test('a given fraction is carved whatever val there is, and 0 takes the own val', (t) => {
  t.deepEqual(counts(large, 0.2), [240, 60, 60, 100, 'train']);
  t.deepEqual(counts(small, 0), [300, 16, 60, 0, 'val']);
});

test('test images are selected on only where that is said, and are no test any more', (t) => {
  const select = (samples: typeof small) =>
    selectSplits({ samples }, { selectOn: 'test', valFraction: 0.2, seed: 0 });
  const { train, validation, test: held, validationFrom } = select(small);
  t.deepEqual([train.length, validation.length, held.length, validationFrom], [300, 60, 0, 'test']);
  t.throws(() => select(images('train', 30)), { code: 'ERR_EMPTY_DATASET', message: /selectOn/ });
});

test('a source without splits is all train', (t) => {
  t.deepEqual(counts(images(null, 300)), [270, 30, 0, 0, 'train']);
  t.deepEqual(counts(images(null, 300), 0), [300, 0, 0, 0, 'none']);
});

test('train and carved validation share no patient and nothing of val or test', (t) => {
  const { train, validation } = selectSplits({ samples: small }, { seed: 3 });
  const groups = (positions: number[]) => new Set(positions.map((at) => small[at]?.group));
  const trained = groups(train);
  t.false([...groups(validation)].some((group) => trained.has(group)));
  t.true([...train, ...validation].every((at) => small[at]?.split === 'train'));
});

test('no training images, and a fraction that leaves none, are errors', (t) => {
  t.throws(() => selectSplits({ samples: images('test', 9) }, { seed: 0 }), {
    code: 'ERR_EMPTY_DATASET',
  });
  for (const valFraction of [-0.1, 1, NaN]) {
    t.throws(() => selectSplits({ samples: small }, { valFraction, seed: 0 }), {
      code: 'ERR_INVALID_ARGUMENT',
    });
  }
});

test('of the Kermany set a tenth of train, by patient, is selected on, never the 16 of val', async (t) => {
  const root = realImages(t, 'chest_xray');
  if (root === undefined) return;
  const { samples } = await scanSource(root);
  const { train, validation, test: held, ownVal } = selectSplits({ samples }, { seed: 0 });
  t.deepEqual([train.length + validation.length, held.length, ownVal.length], [5216, 624, 16]);
  const share = (label: number): number => {
    const of = (positions: number[]) =>
      positions.filter((at) => samples[at]?.label === label).length;
    return of(validation) / (of(train) + of(validation));
  };
  for (const label of [0, 1]) t.true(Math.abs(share(label) - 0.1) < 0.01, String(share(label)));
});
