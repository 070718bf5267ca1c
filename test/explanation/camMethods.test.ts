/** From the pixels of an image to the final map, class activation maps equal pytorch-grad-cam's. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import sharp from 'sharp';
import { explainImages, methods, type MethodName } from '../../src/explanation/index.js';
import { loadModel, type Model } from '../../src/inference/index.js';
import { writeModel, type Tensor } from './handMade.js';

const test = anyTest as TestFn<{ folder: string; model: Model; images: Buffer[] }>;
const side = 16;
const classes = ['A', 'B', 'C'];

const spec = {
  name: 'two-convolutions',
  description: 'Of scripts/oracles/cam_methods.py',
  source: 'made for tests',
  input: { channels: 1, height: side, width: side },
  convention: 'torch',
  classes: 3,
  layers: [
    { kind: 'conv2d', name: 'conv1', out: 4, kernel: 3, padding: 1, activation: 'relu' },
    { kind: 'maxPool2d', kernel: 2 },
    { kind: 'conv2d', name: 'conv2', out: 6, kernel: 3, padding: 1, activation: 'relu' },
    { kind: 'flatten' },
    { kind: 'linear', name: 'head', out: 'classes' },
  ],
  layersFor: { cam: 'conv2' },
};

interface Fixture {
  tensors: Record<string, Tensor>;
  images: number[][];
  results: { method: MethodName; layers: string[]; target: number | null; maps: number[][] }[];
}

const fixture = JSON.parse(
  readFileSync('test/fixtures/explanation/cam_methods.json', 'utf8'),
) as Fixture;

test.before(async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'roentgen-cam-'));
  const path = await writeModel(folder, spec, fixture.tensors, {
    ...{ classes, output: 'softmax', loss: 'crossEntropy', mean: [0.5], std: [0.25] },
  });
  const raw = { width: side, height: side, channels: 1 } as const;
  const images = fixture.images.map(async (pixels) =>
    sharp(Uint8Array.from(pixels), { raw }).png().toBuffer(),
  );
  t.context = { folder, model: await loadModel(path), images: await Promise.all(images) };
});
test.after.always(async (t) => {
  t.context.model.dispose();
  await rm(t.context.folder, { recursive: true, force: true });
});

for (const { method, layers, target, maps } of fixture.results) {
  const { title } = methods[method];
  const of = target === null ? 'the predicted class' : `class ${target}`;
  test(`${title} of ${layers.join(' and ')} for ${of} is within 1e-4`, async (t) => {
    const { model, images } = t.context;
    const asked = target === null ? {} : { target: classes[target] };
    const settings = { method: [method], layer: layers, ...asked };
    const { explanations } = await explainImages(model, images, settings);
    t.is(explanations.length, maps.length);
    explanations.forEach(({ map }, image) => {
      const differences = map.map((value, at) => Math.abs(value - (maps[image]?.[at] ?? NaN)));
      t.true(Math.max(...differences) <= 1e-4, `image ${image}: ${Math.max(...differences)}`);
    });
  });
}
