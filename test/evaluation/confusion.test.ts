import test from 'ava';
import {
  confusionCsv,
  confusionMatrix,
  formatConfusion,
  rowPercent,
} from '../../src/evaluation/index.js';
import { randomSource } from './fixtures.js';

/** The matrix of a published scratch-trained ResNet18 on the official test split. */
const matrix = [
  [114, 120],
  [1, 389],
];

test('rows are true classes, columns predictions', (t) => {
  t.deepEqual(confusionMatrix([0, 0, 1, 2], [0, 2, 1, 1], 3), [
    [1, 0, 1],
    [0, 1, 0],
    [0, 1, 0],
  ]);
});

test('row sums are the supports, whatever the predictions', (t) => {
  const random = randomSource(1);
  for (let round = 0; round < 50; round += 1) {
    const classes = 2 + Math.floor(random() * 5);
    const draw = (): number[] => Array.from({ length: 40 }, () => Math.floor(random() * classes));
    const labels = draw();
    const counts = confusionMatrix(labels, draw(), classes);
    counts.forEach((row, index) => {
      t.is(
        row.reduce((total, count) => total + count, 0),
        labels.filter((label) => label === index).length,
      );
    });
  }
});

test('row percents sum to 100, and a class without images has none', (t) => {
  t.deepEqual(
    rowPercent([
      [1, 3],
      [0, 0],
    ]),
    [
      [25, 75],
      [null, null],
    ],
  );
});

test('a class out of range is an error that names the sample', (t) => {
  const wrong = { code: 'ERR_INVALID_ARGUMENT', message: /sample 1/ };
  for (const label of [-1, 2, 0.5]) {
    t.throws(() => confusionMatrix([0, label], [0, 0], 2), wrong);
    t.throws(() => confusionMatrix([0, 0], [0, label], 2), wrong);
  }
  t.throws(() => confusionMatrix([0], [0, 1], 2), { code: 'ERR_INVALID_ARGUMENT' });
});

test('the CSV holds counts under quoted class names', (t) => {
  t.is(
    confusionCsv(matrix, ['NORMAL', 'sick, or not']),
    'true,NORMAL,"sick, or not"\nNORMAL,114,120\n"sick, or not",1,389\n',
  );
});

test('the terminal table is aligned and shows counts with row percent', (t) => {
  t.is(
    formatConfusion([...matrix.map((row) => [...row, 0]), [0, 0, 0]], ['NORMAL', 'PNEUMONIA', 'x']),
    [
      'true \\ predicted      NORMAL   PNEUMONIA         x',
      '          NORMAL  114  48.7%  120  51.3%  0   0.0%',
      '       PNEUMONIA    1   0.3%  389  99.7%  0   0.0%',
      '               x    0      -    0      -  0      -',
      '',
    ].join('\n'),
  );
});
