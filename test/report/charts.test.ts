import sharp from 'sharp';
import test from 'ava';
import { rocCurve } from '../../src/evaluation/index.js';
import type { EpochPoint } from '../../src/report/index.js';
import { confusionMatrixSvg, rocSvg, trainingCurvesSvg } from '../../src/report/index.js';

const epochs: EpochPoint[] = [1, 2, 3].map((epoch) => ({
  epoch,
  trainLoss: 0.6 / epoch,
  valLoss: 0.7 / epoch,
  trainAccuracy: 0.7 + 0.05 * epoch,
  valAccuracy: 0.68 + 0.05 * epoch,
}));

const perfect = rocCurve([0.9, 0.8, 0.2, 0.1], [true, true, false, false]);

const hostileName = 'a <b> & "c"';

const charts: Readonly<Record<string, string>> = {
  'training curves': trainingCurvesSvg(epochs, { bestEpoch: 2 }),
  'one epoch': trainingCurvesSvg(epochs.slice(0, 1)),
  'confusion matrix': confusionMatrixSvg(
    [
      [114, 120],
      [0, 0],
    ],
    [hostileName, 'control \u0000\u001b'],
  ),
  ROC: rocSvg([
    { name: hostileName, curve: perfect },
    { name: 'absent', curve: null },
  ]),
};

for (const [name, svg] of Object.entries(charts)) {
  test(`a chart is an SVG file that a renderer accepts, without NaN: ${name}`, async (t) => {
    const { format, width } = await sharp(Buffer.from(svg)).metadata();
    t.is(format, 'svg');
    t.true(width > 200);
    await t.notThrowsAsync(sharp(Buffer.from(svg)).png().toBuffer());
    t.notRegex(svg, /NaN|Infinity|undefined"/);
  });
}

function count(svg: string, pattern: RegExp): number {
  return svg.match(new RegExp(pattern, 'g'))?.length ?? 0;
}

/** The text of every label, in order. */
function labels(svg: string): string[] {
  return Array.from(svg.matchAll(/<text[^>]*>([^<]*)</g), ([, content = '']) => content);
}

test('training curves show loss and accuracy, each for training and validation', (t) => {
  const svg = trainingCurvesSvg(epochs);
  t.is(count(svg, /class="panel"/), 2);
  t.is(count(svg, /class="curve"/), 4);
  t.is(count(svg, /<circle/), 4 * epochs.length);
  for (const word of ['Loss', 'Accuracy', 'Epoch', 'training', 'validation']) {
    t.true(labels(svg).includes(word), word);
  }
});

test('epochs are marked with whole numbers, the first and the last among ten', (t) => {
  const ten = Array.from({ length: 10 }, (_, index) => ({ ...epochs[0], epoch: index + 1 }));
  const words = labels(trainingCurvesSvg(ten as EpochPoint[]));
  t.true(words.includes('1') && words.includes('10'));
});

test('an autoencoder, which has no accuracy, gets one panel', (t) => {
  const losses = epochs.map((point) => ({ ...point, trainAccuracy: null, valAccuracy: NaN }));
  t.is(count(trainingCurvesSvg(losses), /class="panel"/), 1);
});

test('a missing value leaves a gap in the curve', (t) => {
  const whole = trainingCurvesSvg(epochs);
  const gap = trainingCurvesSvg(
    epochs.map((point) => (point.epoch === 2 ? { ...point, valLoss: null } : point)),
  );
  const pieces = (svg: string): number => count(svg, /M\d/);
  t.is(pieces(gap), pieces(whole) + 1);
});

test('the kept epoch is marked in every panel', (t) => {
  t.is(count(trainingCurvesSvg(epochs, { bestEpoch: 2 }), /class="best"/), 2);
  t.is(count(trainingCurvesSvg(epochs), /class="best"/), 0);
});

test('training curves without a value are refused', (t) => {
  const wrong = { code: 'ERR_INVALID_ARGUMENT' };
  t.throws(() => trainingCurvesSvg([]), wrong);
  const empty = { trainLoss: NaN, valLoss: null, trainAccuracy: null, valAccuracy: null };
  t.throws(() => trainingCurvesSvg([{ epoch: 1, ...empty }]), wrong);
});

test('the confusion matrix shows counts and row percent, and shades the larger share darker', (t) => {
  const matrix = [
    [114, 120],
    [1, 389],
  ];
  const svg = confusionMatrixSvg(matrix, ['NORMAL', 'PNEUMONIA']);
  t.is(count(svg, /class="cell"/), 4);
  for (const word of ['114', '48.7%', '1', '0.3%', '389', '99.7%', 'NORMAL', 'PNEUMONIA']) {
    t.true(labels(svg).includes(word), word);
  }
  const reds = Array.from(svg.matchAll(/fill="rgb\((\d+),/g), ([, red]) => Number(red));
  const [first = 0, second = 0, third = 0, fourth = 0] = reds;
  t.true(third > first && first > second && second > fourth);
});

test('a class without images has no percentages, and a long name keeps its whole text', (t) => {
  const long = 'a class whose name is far too long';
  const svg = confusionMatrixSvg(
    [
      [3, 1],
      [0, 0],
    ],
    ['x', long],
  );
  t.is(labels(svg).filter((text) => text === '–').length, 2);
  t.true(svg.includes(`<title>x predicted as ${long}: 1</title>`));
});

test('the ROC chart names each class with its area, and says where there is none', (t) => {
  const svg = rocSvg([
    { name: 'sick', curve: perfect },
    { name: 'absent', curve: null },
  ]);
  t.is(count(svg, /class="curve"/), 2, 'the chance line and one curve');
  t.is(count(svg, /class="legend"/), 2);
  for (const word of ['sick', '1.000', 'absent', 'undefined']) {
    t.true(labels(svg).includes(word), word);
  }
});
