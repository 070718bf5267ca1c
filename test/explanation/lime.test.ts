/** LIME on a classifier whose every weight is known: the mean brightness of one region decides. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type TestFn } from 'ava';
import { lime, limeMap, limeMask, type LimeExplanation } from '../../src/explanation/index.js';
import { loadModel, type Model } from '../../src/inference/index.js';
import { drawImage, inRegion, region, side, writeRegionModel } from './handMade.js';

interface Context {
  folder: string;
  model: Model;
  sigmoid: Model;
  image: Buffer;
  found: LimeExplanation;
}

const test = anyTest as TestFn<Context>;

const settings = { segments: 16, samples: 400, seed: 2 };

/** Superpixels as they lie: the region bright on a pattern that has no other structure. */
const brightness = (x: number, y: number): number =>
  inRegion(x, y) ? 200 + 3 * (x % 8) : 60 + ((x * 7 + y * 3) % 11);

test.before(async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'roentgen-lime-'));
  const model = await loadModel(await writeRegionModel(folder, 2));
  const sigmoid = await loadModel(await writeRegionModel(folder, 1));
  const image = await drawImage(brightness);
  const found = await lime(model, image, { ...settings, hideColor: 0 });
  t.context = { folder, model, sigmoid, image, found };
});

test.after.always(async (t) => {
  await rm(t.context.folder, { recursive: true, force: true });
});

/** Pixels of the region in each superpixel. */
function overlaps({ superpixels: { labels, count } }: LimeExplanation): number[] {
  const pixels = Array<number>(count).fill(0);
  labels.forEach((label, at) => {
    if (inRegion(at % side, Math.floor(at / side))) pixels[label] = (pixels[label] ?? 0) + 1;
  });
  return pixels;
}

test('the strongest superpixel holds most of the region that decides, and speaks for the class', (t) => {
  const { found } = t.context;
  const inside = overlaps(found);
  const [strongest] = found.weights;
  t.is(found.target, 'BRIGHT');
  t.is(strongest?.superpixel, inside.indexOf(Math.max(...inside)));
  t.true((strongest?.weight ?? 0) > 0);
  // Those that the network does not look at are below a tenth of it.
  for (const { superpixel, weight } of found.weights) {
    if (inside[superpixel] === 0) t.true(Math.abs(weight) < 0.1 * (strongest?.weight ?? 0));
  }
  t.true((found.score ?? 0) > 0.8);
});

test("the explained probability is the network's own", async (t) => {
  const { model, image, found } = t.context;
  const { predictions } = await model.predict([image]);
  t.true(Math.abs(found.probability - (predictions[0]?.probabilities[1] ?? NaN)) < 1e-6);
});

test('of two classes the weights are opposite', async (t) => {
  const { model, image, found } = t.context;
  const other = await lime(model, image, { ...settings, hideColor: 0, target: 'DARK' });
  t.is(other.target, 'DARK');
  const bySuperpixel = new Map(other.weights.map(({ superpixel, weight }) => [superpixel, weight]));
  for (const { superpixel, weight } of found.weights) {
    t.true(Math.abs(weight + (bySuperpixel.get(superpixel) ?? NaN)) < 1e-6);
  }
});

test('one output stands for two classes', async (t) => {
  const { sigmoid, image } = t.context;
  const found = await lime(sigmoid, image, { ...settings, hideColor: 0 });
  t.is(found.target, 'BRIGHT');
  const inside = overlaps(found);
  t.is(found.weights[0]?.superpixel, inside.indexOf(Math.max(...inside)));
});

test('one seed gives the same bytes, another one other weights', async (t) => {
  const { model, image, found } = t.context;
  const again = await lime(model, image, { ...settings, hideColor: 0 });
  t.is(JSON.stringify(again), JSON.stringify(found));
  const other = await lime(model, image, { ...settings, hideColor: 0, seed: 3 });
  t.notDeepEqual(other.weights, found.weights);
});

test('what is of one color cannot be hidden by its mean: there is no weight and no score', async (t) => {
  const { model } = t.context;
  const image = await drawImage(() => 120);
  const found = await lime(model, image, settings);
  t.is(found.score, null);
  t.true(found.weights.every(({ weight }) => Math.abs(weight) < 1e-6));
  const hidden = await lime(model, image, { ...settings, hideColor: 0 });
  t.true((hidden.score ?? 0) > 0.5);
});

test('few superpixels are chosen one by one, and are the ones that decide', async (t) => {
  const { model, image, found } = t.context;
  const few = await lime(model, image, { ...settings, hideColor: 0, features: 2 });
  t.is(few.weights.length, 2);
  t.is(few.weights[0]?.superpixel, found.weights[0]?.superpixel);
});

test('the map paints each superpixel with its weight', (t) => {
  const { found } = t.context;
  const map = limeMap(found);
  t.is(map.length, side ** 2);
  const bySuperpixel = new Map(found.weights.map(({ superpixel, weight }) => [superpixel, weight]));
  for (const [at, label] of found.superpixels.labels.entries()) {
    t.is(map[at], Math.fround(bySuperpixel.get(label) ?? NaN));
  }
});

test('masks show the strongest superpixels of a sign, above a weight', (t) => {
  const { found } = t.context;
  const [strongest] = found.weights;
  const one = limeMask(found, { features: 1 });
  const expected = found.superpixels.labels.map((label) =>
    label === strongest?.superpixel ? 1 : 0,
  );
  t.deepEqual(Array.from(one), Array.from(expected));
  const against = limeMask(found, { sign: 'negative', features: 100 });
  const map = limeMap(found);
  t.deepEqual(
    Array.from(against),
    Array.from(map, (weight) => (weight < 0 ? 1 : 0)),
  );
  const none = limeMask(found, { minWeight: strongest?.weight });
  t.true(none.every((shown) => shown === 0));
  t.throws(() => limeMask(found, { features: 0 }), { message: /features/ });
});

for (const [what, options, words] of [
  ['too few samples', { samples: 100 }, /100 samples are too few for \d+ superpixels.*10 for each/],
  ['a single superpixel', { segments: 1 }, /single superpixel/],
  ['an unknown class', { target: 'BRIHGT' }, /BRIGHT/],
  ['no features', { features: 0 }, /features/],
  ['a color that is none', { hideColor: 256 }, /hideColor/],
  ['a negative seed', { seed: -1 }, /seed/],
] as const) {
  test(`${what} is refused`, async (t) => {
    const { model, image } = t.context;
    await t.throwsAsync(lime(model, image, { ...settings, ...options }), { message: words });
  });
}

test('the region is larger than one superpixel of the test', (t) => {
  const { found } = t.context;
  t.true(found.superpixels.count >= 9);
  t.true(Math.max(...overlaps(found)) > region.size ** 2 / 4);
});
