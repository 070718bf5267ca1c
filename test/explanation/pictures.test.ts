/** Pictures have the colors of the scales that everyone knows, and say what they show. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import sharp from 'sharp';
import {
  renderFigure,
  renderHeatmap,
  renderOverlay,
  type Explanation,
} from '../../src/explanation/index.js';
import { colormapNames, colorTable, ticksBetween } from '../../src/explanation/pictures/colors.js';
import { heatOf } from '../../src/explanation/pictures/heat.js';
import { answerWords, evidenceWords, subjectWords } from '../../src/explanation/words.js';

const classes = ['NORMAL', 'PNEUMONIA'];
const scales = JSON.parse(
  readFileSync('test/fixtures/explanation/color_scales.json', 'utf8'),
) as Record<string, number[]>;

/** Two pixels: black with nothing on it, gray with the map's highest value. */
function madeUp(more: Partial<Explanation> = {}): Explanation {
  return {
    name: 'image.png',
    image: { pixels: Uint8Array.of(0, 100), channels: 1, height: 1, width: 2 },
    answer: {
      label: 'PNEUMONIA',
      probabilities: [0.25, 0.75],
      predictionSet: ['PNEUMONIA'],
      abstain: null,
    },
    method: 'gradCam',
    layers: ['layer4'],
    target: 'PNEUMONIA',
    logit: -2,
    map: Float32Array.of(0, 1),
    signed: false,
    scale: { zero: 0, one: 0.5 },
    raw: { minimum: -0.1, maximum: 0.5 },
    evidence: true,
    completenessError: null,
    fit: null,
    ...more,
  };
}

async function pixelsOf(png: Buffer): Promise<number[]> {
  return [...(await sharp(png).raw().toBuffer())];
}

for (const name of colormapNames) {
  test(`the colors of ${name} are OpenCV's, within 3 of 256`, async (t) => {
    const table = await colorTable(name);
    t.is(table.length, 256 * 3);
    const differences = Array.from(table, (value, at) =>
      Math.abs(value - (scales[name]?.[at] ?? NaN)),
    );
    t.true(Math.max(...differences) <= 3, String(Math.max(...differences)));
  });
}

test('a heatmap shows 0 and 1 in the ends of its scale', async (t) => {
  const pixels = await pixelsOf(await renderHeatmap(madeUp(), { colormap: 'jet' }));
  t.deepEqual(pixels, [0, 0, 128, 128, 0, 0]);
});

test('a signed heatmap is white where nothing speaks, red for the class and blue against it', async (t) => {
  const map = Float32Array.of(0, 1);
  const [a, b, c, ...red] = await pixelsOf(await renderHeatmap(madeUp({ map, signed: true })));
  t.true(Math.min(a ?? 0, b ?? 0, c ?? 0) > 235);
  t.true((red[0] ?? 0) > 2 * (red[2] ?? 0));
  const against = Float32Array.of(0, -1);
  const blue = (await pixelsOf(await renderHeatmap(madeUp({ map: against, signed: true })))).slice(
    3,
  );
  t.true((blue[2] ?? 0) > 2 * (blue[0] ?? 0));
});

test('an overlay leaves pixels without evidence as they are, and covers others as far as it is told', async (t) => {
  const explanation = madeUp();
  const overlay = await pixelsOf(
    await renderOverlay(explanation, { colormap: 'jet', opacity: 0.5 }),
  );
  t.deepEqual(overlay, [0, 0, 0, 114, 50, 50]);
  const none = await pixelsOf(await renderOverlay(explanation, { opacity: 0 }));
  t.deepEqual(none, [0, 0, 0, 100, 100, 100]);
});

test('maps of gradients end their scale at the 99th percentile', async (t) => {
  const map = Float32Array.from({ length: 1001 }, (_, at) => at / 1000);
  const { end, values } = await heatOf({ map, signed: false, method: 'gradient' });
  t.true(Math.abs(end - 0.99) < 1e-6);
  t.is(values[1000], 1);
  t.is((await heatOf({ map, signed: false, method: 'gradCam' })).end, 1);
});

test('ticks are round numbers between the ends', async (t) => {
  const ticks = await ticksBetween(0, 0.0123);
  t.true(ticks.length >= 3);
  t.true(ticks.every(({ value, label }) => value >= 0 && value <= 0.0123 && label.length < 7));
  t.is((await ticksBetween(-1.2e-7, 3e-7))[0]?.label, '−1e-7');
});

test('a figure is a PNG of three pictures in a row, whatever the names hold', async (t) => {
  const name = `<b>&"\u0001${'x'.repeat(300)}.png`;
  for (const explanation of [
    madeUp({ name }),
    madeUp({ scale: null, layers: ['a', 'b'] }),
    madeUp({ scale: null, evidence: false, map: new Float32Array(2) }),
    madeUp({ signed: true, map: Float32Array.of(-1, 0.5) }),
  ]) {
    const { width, height } = await sharp(await renderFigure(explanation, { classes })).metadata();
    t.is(width, 1208);
    t.true(height > 300);
  }
});

test('the words say class, probability, method, layer, evidence and doubt', (t) => {
  t.is(answerWords(madeUp(), classes), 'PNEUMONIA 75.0%');
  t.is(subjectWords(madeUp()), 'Grad-CAM of layer4 for PNEUMONIA');
  t.is(evidenceWords(madeUp()), 'Raw maximum 0.5, 25% of the logit');
  const { answer } = madeUp();
  const doubtful = { ...answer, abstain: 'ambiguous', predictionSet: classes } as const;
  t.is(
    answerWords(madeUp({ answer: doubtful }), classes),
    'uncertain (ambiguous: NORMAL or PNEUMONIA), most likely PNEUMONIA 75.0%',
  );
  const unfamiliar = { ...answer, abstain: 'unfamiliar' } as const;
  t.is(
    answerWords(madeUp({ answer: unfamiliar }), classes),
    'uncertain (unfamiliar), most likely PNEUMONIA 75.0%',
  );
  t.is(
    evidenceWords(madeUp({ evidence: false, raw: { minimum: -1, maximum: -0.1 } })),
    'No evidence for PNEUMONIA: no value is above 0',
  );
  t.is(
    evidenceWords(madeUp({ evidence: false, raw: { minimum: -1, maximum: 1.234e-6 } })),
    'No evidence for PNEUMONIA: the raw maximum, 1.23e-6, is negligible',
  );
  t.is(
    evidenceWords(madeUp({ method: 'integratedGradients', completenessError: 0.125 })),
    'Raw maximum 0.5, 25% of the logit · completeness error 12.5%: take more samples',
  );
});
