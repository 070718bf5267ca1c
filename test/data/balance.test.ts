/** Classes are evened out as the mode says, and the same way for the same seed and epoch. */
import test from 'ava';
import {
  balancedWeights,
  drawPerClass,
  samplePositions,
  type SampleMode,
} from '../../src/data/index.js';

/** Positions 100 … with 50 images of class 0, 20 of class 1 and 7 of class 2, in no order. */
const positions = Array.from({ length: 77 }, (_, at) => 100 + ((at * 30) % 77));
const labels = Int32Array.from({ length: 177 }, (_, at) => (at < 150 ? 0 : at < 170 ? 1 : 2));

function countsOf(drawn: Int32Array): number[] {
  const counts = [0, 0, 0];
  for (const position of drawn)
    counts[labels[position] ?? 3] = (counts[labels[position] ?? 3] ?? 0) + 1;
  return counts;
}

const draw = (mode: SampleMode, seed = 1, epoch = 0): Int32Array =>
  samplePositions(positions, labels, mode, seed, epoch);

test("balanced weights are scikit-learn's: n / (k · n_c)", (t) => {
  // sklearn.utils.class_weight.compute_class_weight('balanced', …) for these counts.
  t.deepEqual(balancedWeights([50, 20, 7]), [77 / 150, 77 / 60, 77 / 21]);
  t.deepEqual(balancedWeights([3, 3]), [1, 1]);
});

test('a draw per class has that many of each, none twice, and refuses more than there are', (t) => {
  const samples = Array.from(labels, (label, at) => ({ label, name: at }));
  const most = drawPerClass(samples, 'smallest', 1);
  t.deepEqual(countsOf(Int32Array.from(most, ({ name }) => name)), [7, 7, 7]);
  t.is(new Set(most).size, 21);
  const five = drawPerClass(samples, 5, 1);
  t.is(five.length, 15);
  t.deepEqual(five, drawPerClass(samples, 5, 1));
  t.notDeepEqual(five, drawPerClass(samples, 5, 2));
  t.throws(() => drawPerClass(samples, 8, 1), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /at most 7/,
  });
});

test('none is every image once, in the order given', (t) => {
  t.deepEqual([...draw('none')], positions);
});

test('undersampling cuts every class to the smallest, without repeating an image', (t) => {
  for (let epoch = 0; epoch < 20; epoch += 1) {
    const drawn = draw('undersample', 1, epoch);
    t.deepEqual(countsOf(drawn), [7, 7, 7]);
    t.is(new Set(drawn).size, 21);
  }
});

test('oversampling repeats every class to the largest, each image as often as the others or once more', (t) => {
  for (let epoch = 0; epoch < 20; epoch += 1) {
    const drawn = draw('oversample', 1, epoch);
    t.deepEqual(countsOf(drawn), [50, 50, 50]);
    for (const position of positions) {
      const times = drawn.filter((other) => other === position).length;
      const label = labels[position] ?? 0;
      const least = [1, 2, 7][label] ?? 0;
      t.true(times === least || (label > 0 && times === least + 1));
    }
  }
});

test('balanced draws as many as there are, each class as likely as the others', (t) => {
  const total = [0, 0, 0];
  for (let epoch = 0; epoch < 200; epoch += 1) {
    const drawn = draw('balanced', 1, epoch);
    t.is(drawn.length, 77);
    countsOf(drawn).forEach((count, label) => (total[label] = (total[label] ?? 0) + count));
  }
  // 15,400 draws with probability 1/3: a standard deviation of 58.
  for (const count of total) t.true(Math.abs(count - 15_400 / 3) < 5 * 58);
});

for (const mode of ['balanced', 'undersample', 'oversample'] as const) {
  test(`${mode} depends on seed and epoch alone`, (t) => {
    t.deepEqual(draw(mode, 3, 4), draw(mode, 3, 4));
    t.notDeepEqual([...draw(mode, 3, 4)].sort(), [...draw(mode, 3, 5)].sort());
    t.notDeepEqual([...draw(mode, 3, 4)].sort(), [...draw(mode, 4, 4)].sort());
  });
}
