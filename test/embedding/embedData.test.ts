/** The whole way on tiny images: a trained network, its embeddings, neighbors, a map, and the files of all that. */
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  embedData,
  embedFiles,
  formatEmbedding,
  readEmbeddings,
  type EmbedDataOptions,
} from '../../src/embedding/index.js';
import { parseCsv } from '../../src/data/index.js';
import { readLedger } from '../../src/evaluation/index.js';
import { evaluate, loadModel } from '../../src/inference/index.js';
import { train, type RunResult } from '../../src/training/index.js';
import { quickSettings, testOnImages, writeImages } from '../inference/images.js';

const test = testOnImages();

let trained: Promise<RunResult> | undefined;

/** A run of this file's own, and what every call shares. */
async function prepare(root: string): Promise<EmbedDataOptions> {
  trained ??= train(quickSettings(root));
  const { runDirectory } = await trained;
  const place = { data: join(root, 'data'), cacheDir: join(root, 'cache') };
  return { model: runDirectory, ...place };
}

test.serial('vectors, votes and a map, each in its file; nothing is overwritten', async (t) => {
  const { root } = t.context;
  const options = await prepare(root);
  const newImages = [join(root, 'new')];
  await writeImages(join(root, 'new'), 2, 140, 9);
  const result = await embedData({
    ...options,
    ...{ newImages, knn: true, k: 3, project: 'tsne', perplexity: 10 },
  });
  t.is(result.output, join(options.model, 'embedding'));
  t.deepEqual((await readdir(result.output)).sort(), [...result.files].sort());
  t.like(result, { images: 60, newImages: 2, problems: [] });
  t.is(result.knn?.images, 12);
  t.is(result.knn?.references, 48);
  t.true((result.knn?.neighbors.accuracy?.value ?? 0) > 0.9);
  const evaluated = await evaluate({ ...options, output: join(root, 'evaluated') });
  t.is(result.knn?.network?.accuracy?.value, evaluated.metrics?.accuracy);
  t.regex(
    formatEmbedding(result),
    /^60 images, and 2 new: \d+ features[^]*Cohen's kappa[^]*t-SNE in/,
  );

  const embeddings = await readEmbeddings(join(result.output, 'embeddings.safetensors'));
  t.is(embeddings.names.length, 62);
  t.is(embeddings.features, result.features);
  using model = await loadModel(options.model);
  const alone = await embedFiles(model, newImages, { cacheDir: options.cacheDir });
  const fresh = embeddings.values.subarray(60 * embeddings.features);
  alone.values.forEach((value, at) => {
    t.true(Math.abs(value - (fresh[at] ?? 0)) <= 1e-5 * Math.abs(value) + 1e-6);
  });

  const csv = parseCsv(await readFile(join(result.output, 'projection.csv'), 'utf8'), 'projection');
  t.deepEqual(csv[0]?.cells, ['filename', 'label', 'prediction', 'split', 'new', 'x', 'y']);
  t.is(csv.length, 63);
  t.deepEqual(csv.at(-1)?.cells.slice(0, 5), ['image1.png', '', 'BRIGHT', '', 'true']);
  const knn = JSON.parse(await readFile(join(result.output, 'knn.json'), 'utf8')) as {
    images: { nearest: { filename: string }[] }[];
    newImages: { filename: string; truth: null; neighbors: { label: string } }[];
  };
  t.is(knn.images.length, 12);
  t.true(
    knn.images.every(({ nearest }) => nearest.every(({ filename }) => /^train/.test(filename))),
  );
  t.like(knn.newImages[0], { truth: null, neighbors: { label: 'BRIGHT' } });
  for (const name of ['neighbors.png', 'scatter.png']) {
    const { width } = await sharp(join(result.output, name)).metadata();
    t.true(width > 200, name);
  }
  const looks = await readLedger(options.model);
  t.like(looks[0], { split: 'all', why: 'to look at embeddings', images: 60 });

  const second = await embedData({ ...options, layer: 'input', pool: false });
  t.is(second.output, join(options.model, 'embedding-1'));
  t.is(second.features, 32 * 32);
  t.deepEqual(second.files, ['embeddings.safetensors', 'embeddings.csv']);
});

test.serial('pooled, a layer with height and width gives its means', async (t) => {
  const options = await prepare(t.context.root);
  using model = await loadModel(options.model);
  const layer = model.inside.layers.find(
    ({ shape }) => shape.length === 3 && (shape[1] ?? 0) > 1 && (shape[0] ?? 0) > 1,
  );
  const paths = [join(t.context.root, 'data/test/DARK/image0.png')];
  const settings = { layer: layer?.name, cacheDir: options.cacheDir };
  const pooled = await embedFiles(model, paths, settings);
  const whole = await embedFiles(model, paths, { ...settings, pool: false });
  t.is(pooled.features, layer?.shape[0] ?? 0);
  const area = whole.features / pooled.features;
  pooled.values.forEach((mean, channel) => {
    const own = whole.values.subarray(channel * area, (channel + 1) * area);
    const expected = own.reduce((sum, value) => sum + value, 0) / area;
    t.true(Math.abs(mean - expected) < 1e-5, `channel ${channel}`);
  });
});

const refusals: readonly (readonly [
  name: string,
  options: Partial<EmbedDataOptions>,
  error: { code: string; message: RegExp },
])[] = [
  [
    'a layer that is not there',
    { layer: 'conv' },
    { code: 'ERR_INVALID_ARGUMENT', message: /no layer "conv"; did you mean conv\d\?/ },
  ],
  [
    'a perplexity of more images than there are',
    { project: 'tsne', perplexity: 60 },
    { code: 'ERR_INVALID_ARGUMENT', message: /at least 61 images, and there are 60/ },
  ],
  [
    'more neighbors than images to choose from',
    { knn: true, k: 49 },
    { code: 'ERR_INVALID_ARGUMENT', message: /49 neighbors .* only 48/ },
  ],
  [
    'an image to draw that is not there',
    { knn: true, query: ['none.png'] },
    { code: 'ERR_INVALID_ARGUMENT', message: /none\.png/ },
  ],
  [
    'an image to draw without neighbors',
    { query: ['none.png'] },
    { code: 'ERR_INVALID_ARGUMENT', message: /without knn/ },
  ],
  [
    'a split without images',
    { knn: true, split: 'val' },
    { code: 'ERR_EMPTY_DATASET', message: /split val; there are train, test/ },
  ],
];

for (const [name, options, error] of refusals) {
  test.serial(`refused, with nothing written: ${name}`, async (t) => {
    const { root } = t.context;
    const output = join(root, 'refused');
    await t.throwsAsync(embedData({ ...(await prepare(root)), ...options, output }), error);
    t.false(existsSync(output));
  });
}

test.serial(
  'images of one class cannot be classified by neighbors, but have vectors',
  async (t) => {
    const { root } = t.context;
    const data = join(root, 'single');
    await writeImages(join(data, 'DARK'), 8, 40, 3);
    const options = { ...(await prepare(root)), data, output: join(root, 'single-out') };
    await t.throwsAsync(embedData({ ...options, knn: true }), {
      code: 'ERR_SINGLE_CLASS',
      message: /all 8 are of DARK/,
    });
    t.is((await embedData(options)).images, 8);
  },
);
