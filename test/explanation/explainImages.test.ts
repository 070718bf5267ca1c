/** What is known of a network by its weights, its explanations say. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import sharp from 'sharp';
import { layWindows } from '../../src/explanation/computing/occlusion.js';
import { explainImages, renderOverlay, type Explanation } from '../../src/explanation/index.js';
import type { ExplainSettings } from '../../src/explanation/index.js';
import { loadModel, type Model } from '../../src/inference/index.js';
import { toMetadata } from '../../src/inference/index.js';
import { Network } from '../../src/native/index.js';
import { drawImage, inRegion, region, side, writeRegionModel } from './handMade.js';

const test = anyTest as TestFn<{ folder: string; model: Model; oneOutput: Model; bright: Buffer }>;

test.before(async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'roentgen-explain-'));
  t.context = {
    folder,
    model: await loadModel(await writeRegionModel(folder)),
    oneOutput: await loadModel(await writeRegionModel(folder, 1)),
    bright: await drawImage((x, y) => (inRegion(x, y) ? 200 : 40)),
  };
});
test.after.always(async (t) => {
  t.context.model.dispose();
  t.context.oneOutput.dispose();
  await rm(t.context.folder, { recursive: true, force: true });
});

async function explainOne(
  model: Model,
  image: Uint8Array,
  settings: ExplainSettings,
): Promise<Explanation> {
  const { explanations } = await explainImages(model, [image], settings);
  const [first] = explanations;
  return first ?? Promise.reject(new Error('no explanation'));
}

const near = (a: number | null | undefined, b: number): boolean => Math.abs((a ?? NaN) - b) < 1e-4;

/** Raw values from a map of one layer. */
function rawOf({ map, scale }: Explanation): number[] {
  const { zero, one } = scale ?? { zero: NaN, one: NaN };
  return Array.from(map, (value) => zero + (one - zero) * value);
}

const brightest = 200 / 255;
const logit = 4 * brightest - 2;

test('occlusion finds the patch that decides, and says by how much the logit falls', async (t) => {
  const { model, bright } = t.context;
  const explanation = await explainOne(model, bright, {
    method: ['occlusion'],
    window: 4,
    stride: 4,
  });
  t.is(explanation.target, 'BRIGHT');
  t.true(near(explanation.logit, logit));
  // The mean color of the image.
  const fill = Math.round((200 * 64 + 40 * (side ** 2 - 64)) / side ** 2);
  const fall = (4 * 16 * (200 - fill)) / 255 / region.size ** 2;
  rawOf(explanation).forEach((value, at) => {
    const inside = inRegion(at % side, Math.floor(at / side));
    t.true(near(value, inside ? fall : 0), `pixel ${at}: ${value}`);
  });
  t.true(explanation.evidence);
});

test('squares of occlusion that do not fit the image hide every pixel all the same', (t) => {
  for (const [height, width, window, stride] of [
    [32, 32, 5, 3],
    [17, 30, 7, 7],
    [9, 9, 9, 1],
    [12, 20, 1, 1],
  ] as const) {
    const { cells, cellCount, windows } = layWindows({ height, width }, window, stride);
    const sizes = new Map<number, number>();
    for (const cell of cells) sizes.set(cell, (sizes.get(cell) ?? 0) + 1);
    t.is(sizes.size, cellCount);
    t.deepEqual(new Set(windows.flat()).size, cellCount);
    for (const hidden of windows) {
      const pixels = hidden.reduce((sum, cell) => sum + (sizes.get(cell) ?? 0), 0);
      t.is(pixels, window ** 2);
    }
  }
});

test("HiResCAM's map of the last convolution adds up to the logit less its bias", async (t) => {
  const { model, bright } = t.context;
  const explanation = await explainOne(model, bright, { method: ['hiResCam'], target: 'BRIGHT' });
  t.deepEqual(explanation.layers, ['conv']);
  const raw = rawOf(explanation);
  t.true(
    near(
      raw.reduce((sum, value) => sum + value),
      logit + 2,
    ),
  );
  t.true(raw.every((value, at) => inRegion(at % side, Math.floor(at / side)) || near(value, 0)));
  t.true(near(explanation.raw.maximum, (4 * brightest) / region.size ** 2));
});

test('a class that nothing speaks for gets a dark map and an overlay without color', async (t) => {
  const { model, bright } = t.context;
  const explanation = await explainOne(model, bright, { method: ['gradCam'], target: 'DARK' });
  t.false(explanation.evidence);
  t.true(explanation.raw.maximum <= 0);
  t.true(explanation.map.every((value) => value === 0));
  const overlay = await sharp(await renderOverlay(explanation))
    .raw()
    .toBuffer();
  const gray = await sharp(bright).toColourspace('srgb').raw().toBuffer();
  t.deepEqual(overlay, gray);
});

test('integrated gradients of a linear network are complete and lie where its weights do', async (t) => {
  const { model, bright } = t.context;
  const settings = { method: ['integratedGradients' as const], samples: 4 };
  const explanation = await explainOne(model, bright, settings);
  t.true(near(explanation.completenessError, 0));
  const raw = rawOf(explanation);
  // From the black baseline, whose logit is −2.
  t.true(
    near(
      raw.reduce((sum, value) => sum + value),
      logit + 2,
    ),
  );
  t.true(raw.every((value, at) => inRegion(at % side, Math.floor(at / side)) === value > 1e-6));
});

test('what speaks for one of two classes speaks against the other, with two outputs and with one', async (t) => {
  const { model, oneOutput, bright } = t.context;
  for (const method of ['occlusion', 'integratedGradients'] as const) {
    const settings = { method: [method], window: 4, stride: 4, samples: 4 };
    const of = async (network: Model, target: string): Promise<number[]> =>
      rawOf(await explainOne(network, bright, { ...settings, target }));
    const expected = await of(model, 'BRIGHT');
    const others = [
      [await of(oneOutput, 'BRIGHT'), 1],
      [await of(model, 'DARK'), -1],
      [await of(oneOutput, 'DARK'), -1],
    ] as const;
    for (const [raw, sign] of others) {
      t.true(
        raw.every((value, at) => near(value, sign * (expected[at] ?? NaN))),
        method,
      );
    }
  }
});

test('gradients have no sign, and are even where the weights are', async (t) => {
  const { model, bright } = t.context;
  for (const method of ['gradient', 'smoothGrad'] as const) {
    const { map, signed } = await explainOne(model, bright, { method: [method], target: 'DARK' });
    t.false(signed);
    map.forEach((value, at) => {
      t.true(near(value, inRegion(at % side, Math.floor(at / side)) ? 1 : 0), `${method} ${at}`);
    });
  }
});

test('activation maps are those of every convolution, for no class', async (t) => {
  const { model, bright } = t.context;
  const { explanations } = await explainImages(model, [bright], { method: ['activations'] });
  t.deepEqual(
    explanations.map(({ layers, target, logit: none }) => ({ layers, target, none })),
    [{ layers: ['conv'], target: null, none: null }],
  );
  // One channel holds the brightness, the other nothing.
  t.true(near(explanations[0]?.raw.maximum, brightest / 2));
});

test('explanations come in the order of the images and the methods, whatever the batch size', async (t) => {
  const { model, bright } = t.context;
  const dark = await drawImage(() => 20);
  const broken = Buffer.from('no image');
  const method = ['hiResCam', 'occlusion', 'gradient'] as const;
  const images = [bright, broken, dark, bright];
  const whole = await explainImages(model, images, { method: [...method], batchSize: 4 });
  t.deepEqual(
    whole.explanations.map(({ name, method: by, target }) => [name, by, target].join(' ')),
    [
      ...method.map((by) => `image 1 ${by} BRIGHT`),
      ...method.map((by) => `image 3 ${by} DARK`),
      ...method.map((by) => `image 4 ${by} BRIGHT`),
    ],
  );
  t.like(whole.problems, [{ file: 'image 2', code: 'ERR_UNREADABLE_IMAGE' }]);
  const single = await explainImages(model, images, { method: [...method], batchSize: 1 });
  single.explanations.forEach(({ map }, at) => {
    const other = whole.explanations[at]?.map ?? [];
    t.true(map.every((value, pixel) => near(value, other[pixel] ?? NaN)));
  });
});

const refusals: readonly (readonly [string, ExplainSettings, RegExp])[] = [
  ['an unknown layer', { layer: ['convv'] }, /no layer "convv"; did you mean conv\?/],
  [
    'a layer without height and width',
    { layer: ['head'] },
    /"head" .* 2 values: .*\n.*input, conv/,
  ],
  ['an unknown class', { target: 'BRIHGT' }, /no class "BRIHGT"; did you mean BRIGHT\?/],
  ['a window larger than the image', { method: ['occlusion'], window: 33 }, /at most 32 pixels/],
  ['a stride larger than the window', { method: ['occlusion'], window: 4, stride: 5 }, /window, 4/],
  ['no method', { method: [] }, /method/],
  ['noise above 1', { noise: 2 }, /noise/],
];
for (const [what, settings, message] of refusals) {
  test(`${what} is refused`, async (t) => {
    const { model, bright } = t.context;
    await t.throwsAsync(explainImages(model, [bright], settings), {
      code: 'ERR_INVALID_ARGUMENT',
      message,
    });
  });
}

test('an opacity outside its range is refused', async (t) => {
  const { model, bright } = t.context;
  const explanation = await explainOne(model, bright, {});
  await t.throwsAsync(renderOverlay(explanation, { opacity: 1.5 }), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /from 0 to 1 for opacity/,
  });
});

test('a reconstruction has nothing to explain', async (t) => {
  const path = join(t.context.folder, 'autoencoder.safetensors');
  const spec = {
    convention: 'keras',
    task: 'reconstruction',
    layers: [{ kind: 'conv2d', name: 'conv', out: 'channels', kernel: 3, padding: 'same' }],
  };
  using network = Network.build(spec, { outputs: 1, channels: 1, height: 8, width: 8 }, 1);
  const metadata = toMetadata({
    ...{ model: 'autoencoder', classes: ['NORMAL'], task: 'reconstruction', output: 'softmax' },
    ...{ loss: 'meanSquaredError', mean: [0], std: [1], fit: 'fill', provenance: {} },
  });
  await network.save(path, metadata);
  using model = await loadModel(path);
  await t.throwsAsync(explainImages(model, [t.context.bright]), {
    code: 'ERR_UNSUPPORTED',
    message: /reconstructs images/,
  });
});
