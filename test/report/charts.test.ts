/** Charts show the values that they are given, at the right places, in files that any renderer accepts. */
import sharp from 'sharp';
import test from 'ava';
import { rocCurve } from '../../src/evaluation/index.js';
import type { EpochPoint } from '../../src/report/index.js';
import {
  confusionMatrixSvg,
  rateFinderSvg,
  rocSvg,
  toPng,
  trainingCurvesSvg,
} from '../../src/report/index.js';
import { evaluationCharts } from '../../src/report/charts/ofEvaluation.js';
import { pageInk } from '../../src/report/charts/ink.js';
import { renderSvg } from '../../src/report/charts/render.js';
import { madeUpSplit, ternary } from './content.js';
import { attribute, corners, markGroups, texts } from './svgParts.js';

const epochs: EpochPoint[] = [1, 2, 3].map((epoch) => ({
  epoch,
  trainLoss: 0.6 / epoch,
  valLoss: 0.7 / epoch,
  trainAccuracy: 0.7 + 0.05 * epoch,
  valAccuracy: 0.68 + 0.05 * epoch,
}));

const perfect = rocCurve([0.9, 0.8, 0.2, 0.1], [true, true, false, false]);
const hostileName = 'a <b> & "c" $& var(--x)';
const rates = Array.from({ length: 30 }, (_, index) => ({
  learningRate: 1e-6 * 10 ** (index / 5),
  loss: 0.7 - 0.01 * index,
  smoothed: 0.7 - 0.009 * index,
}));

const charts: Readonly<Record<string, () => Promise<string>>> = {
  'training curves': () => trainingCurvesSvg(epochs, { bestEpoch: 2, learningRate: true }),
  'one epoch': () => trainingCurvesSvg(epochs.slice(0, 1)),
  'confusion matrix': () =>
    confusionMatrixSvg(
      [
        [114, 120],
        [0, 0],
      ],
      [hostileName, 'control \u0000\u001b'],
    ),
  ROC: () =>
    rocSvg([
      { name: hostileName, curve: perfect, positives: 2, interval: [0.5, 1] },
      { name: 'absent', curve: null },
    ]),
  'learning rate': () => rateFinderSvg(rates, 1e-3),
};

for (const [name, draw] of Object.entries(charts)) {
  test(`a chart is an SVG file that a renderer accepts, without NaN: ${name}`, async (t) => {
    const svg = await draw();
    const { format, width } = await sharp(Buffer.from(svg)).metadata();
    t.is(format, 'svg');
    t.true(width > 200);
    await t.notThrowsAsync(toPng(svg));
    t.notRegex(svg, /(?:NaN|Infinity)|="undefined"/);
    t.regex(svg, /<rect width="\d+" height="\d+" fill="#ffffff"/, 'on white paper');
    t.regex(svg, /^<svg role="img" aria-label="[^"]+" /);
  });

  test(`a chart drawn twice is the same file, and names nothing that a page may have too: ${name}`, async (t) => {
    const svg = await draw();
    t.is(await draw(), svg);
    t.notRegex(svg, / id="|url\(/);
  });
}

test('every chart of an evaluation fits into its picture', async (t) => {
  for (const classes of [undefined, ternary]) {
    const split = await madeUpSplit(classes ? { classes } : {});
    const { scoreHistograms, ...others } = evaluationCharts(split);
    for (const chart of [...Object.values(others), ...scoreHistograms]) {
      const svg = await renderSvg(chart);
      const { data, info } = await sharp(Buffer.from(svg))
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const edge = Array.from(data).filter((_, index) => {
        const [x, y] = [index % info.width, Math.floor(index / info.width)];
        return x === 0 || y === 0 || x === info.width - 1 || y === info.height - 1;
      });
      t.true(Math.min(...edge) > 250, `${chart.name}: ink on the edge`);
    }
  }
});

test('a chart for a page says no color of its own but the palette of the style sheet', async (t) => {
  const split = await madeUpSplit();
  const { scoreHistograms, ...others } = evaluationCharts(split);
  for (const chart of [...Object.values(others), ...scoreHistograms]) {
    const svg = await renderSvg(chart, pageInk);
    const colors = Array.from(svg.matchAll(/ (?:fill|stroke)="([^"]*)"/g), ([, color]) => color);
    const own = colors.filter(
      (color) => !/^(none|transparent|currentColor|var\(--.*\))$/.test(color ?? ''),
    );
    t.deepEqual(own, [], chart.name);
  }
});

test('training curves show loss and accuracy, each for training and validation', async (t) => {
  const svg = await trainingCurvesSvg(epochs);
  const lines = markGroups(svg, 'line').flat();
  t.is(lines.length, 4);
  t.is(markGroups(svg, 'symbol').flat().length, 4 * epochs.length);
  for (const word of ['Loss', 'Accuracy', 'Epoch', 'training', 'validation', '1', '2', '3']) {
    t.true(texts(svg).includes(word), word);
  }
  t.is(
    new Set(lines.map((line) => attribute(line, 'stroke-dasharray'))).size,
    2,
    'not by color alone',
  );
});

test('the height of a training curve is its value', async (t) => {
  const [line = ''] = markGroups(await trainingCurvesSvg(epochs), 'line').flat();
  const heights = corners(line).map(([, y]) => y);
  const losses = epochs.map(({ trainLoss }) => trainLoss ?? 0);
  // The axis begins at zero: heights above the bottom are in proportion to the losses.
  const [first = 0, second = 0, third = 0] = heights.map((y) => 230 - y);
  t.true(Math.abs(second / first - (losses[1] ?? 0) / (losses[0] ?? 1)) < 0.001);
  t.true(Math.abs(third / first - (losses[2] ?? 0) / (losses[0] ?? 1)) < 0.001);
});

test('an autoencoder, which has no accuracy, gets one panel', async (t) => {
  const losses = epochs.map((point) => ({ ...point, trainAccuracy: null, valAccuracy: NaN }));
  const svg = await trainingCurvesSvg(losses);
  t.is(markGroups(svg, 'line').flat().length, 2);
  t.false(texts(svg).includes('Accuracy'));
});

test('a missing value leaves a gap in the curve', async (t) => {
  const points = [...epochs, ...epochs.map((point) => ({ ...point, epoch: point.epoch + 3 }))];
  const gap = points.map((point) => (point.epoch === 3 ? { ...point, valLoss: null } : point));
  const pieces = async (shown: EpochPoint[]): Promise<number> => {
    const lines = markGroups(await trainingCurvesSvg(shown), 'line').flat();
    return lines.join('').match(/[M]/g)?.length ?? 0;
  };
  t.is(await pieces(gap), (await pieces(points)) + 1);
});

test('the kept epoch is marked in every panel', async (t) => {
  const kept = async (options?: { bestEpoch: number }) =>
    texts(await trainingCurvesSvg(epochs, options)).filter((word) => word === 'kept').length;
  t.is(await kept({ bestEpoch: 2 }), 2);
  t.is(await kept(), 0);
});

test('training curves without a value are refused', async (t) => {
  const wrong = { code: 'ERR_INVALID_ARGUMENT' };
  await t.throwsAsync(trainingCurvesSvg([]), wrong);
  const empty = { trainLoss: NaN, valLoss: null, trainAccuracy: null, valAccuracy: null };
  await t.throwsAsync(trainingCurvesSvg([{ epoch: 1, ...empty }]), wrong);
});

test('the confusion matrix shows counts and row percent, and shades the larger share darker', async (t) => {
  const matrix = [
    [114, 120],
    [1, 389],
  ];
  const svg = await confusionMatrixSvg(matrix, ['NORMAL', 'PNEUMONIA']);
  const cells = markGroups(svg, 'rect').flat();
  t.deepEqual(
    cells.map((cell) => Number(attribute(cell, 'fill-opacity')).toFixed(3)),
    ['0.487', '0.513', '0.003', '0.997'],
  );
  const shown = texts(svg);
  for (const word of ['114', '48.7%', '1', '0.3%', '389', '99.7%', 'NORMAL', 'PNEUMONIA']) {
    t.true(shown.includes(word), word);
  }
});

test('a class without images has no percentages', async (t) => {
  const svg = await confusionMatrixSvg(
    [
      [3, 1],
      [0, 0],
    ],
    ['x', 'a class whose name is far too long for a cell of a matrix'],
  );
  t.is(texts(svg).filter((text) => text === '–').length, 2);
  t.true(texts(svg).some((text) => /^a class.*…$/.test(text)));
});

test('a hostile class name is text, and only text', async (t) => {
  const svg = await confusionMatrixSvg(
    [
      [1, 0],
      [0, 1],
    ],
    ['<b>&"', '$&'],
  );
  t.true(texts(svg).includes('<b>&"'));
  t.true(texts(svg).includes('$&'));
  t.notRegex(svg, /<b>/);
});

test('the ROC chart names each class with its area, and says where there is none', async (t) => {
  const svg = await rocSvg([
    { name: 'sick', curve: perfect, interval: [0.91, 1], positives: 2 },
    { name: 'absent', curve: null },
  ]);
  const words = texts(svg).join('\n');
  t.regex(words, /sick +1\.000 \(0\.910–1\.000\)/);
  t.regex(words, /absent +undefined/);
});

test('a ROC curve runs through its points, within its band', async (t) => {
  const scores = [0.9, 0.7, 0.6, 0.4];
  const truth = [true, false, true, false];
  const curve = rocCurve(scores, truth);
  const svg = await rocSvg([{ name: 'sick', curve, positives: 2 }]);
  const [, line = ''] = markGroups(svg, 'line').flat();
  const expected = curve?.falsePositiveRate.map((rate, index) => [
    rate * 340,
    340 - 340 * (curve.truePositiveRate[index] ?? 0),
  ]);
  t.deepEqual(corners(line), expected as [number, number][]);
  t.is(markGroups(svg, 'area').flat().length, 1);
  const none = await rocSvg([{ name: 'sick', curve }]);
  t.is(markGroups(none, 'area').flat().length, 0, 'no band without counts');
});

test('no two of thirty classes have the same color and the same dash', async (t) => {
  const names = Array.from({ length: 30 }, (_, index) => `class ${index}`);
  const svg = await rocSvg(names.map((name) => ({ name, curve: perfect, positives: 2 })));
  const looks = markGroups(svg, 'line')
    .flat()
    .slice(1)
    .map((line) => `${attribute(line, 'stroke')} ${attribute(line, 'stroke-dasharray')}`);
  t.is(looks.length, 30);
  t.is(new Set(looks).size, 30);
  t.is(markGroups(svg, 'area').flat().length, 0, 'bands would hide one another');
});

test('the suggested learning rate is marked', async (t) => {
  t.true(texts(await rateFinderSvg(rates, 1e-3)).includes('suggestion 1.0e-3'));
  t.is(markGroups(await rateFinderSvg(rates, null), 'rule').flat().length, 0);
});
