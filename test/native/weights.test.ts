/** Weights of PyTorch find their places by name, and nothing but tensors is ever built from a file. */
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Dataset, Network, type ImportReport } from '../../src/native/index.js';
import { makeFolder } from '../data/folder.js';

const fixture = (name: string): string => join('test', 'fixtures', 'weights', name);

const side = 16;
const expected = JSON.parse(readFileSync(fixture('expected.json'), 'utf8')) as {
  pixels: number[];
  logits: number[];
};

/** The network of scripts/oracles/weights.py. */
const spec = {
  convention: 'torch',
  layers: [
    { kind: 'conv2d', name: 'conv1', out: 4, kernel: 3, padding: 1 },
    { kind: 'batchNorm', name: 'bn1', activation: 'relu' },
    { kind: 'conv2d', name: 'conv2', out: 6, kernel: 3, stride: 2, padding: 1, bias: false },
    { kind: 'globalAvgPool' },
    { kind: 'linear', name: 'fc', out: 'classes' },
  ],
};

const build = (channels = 3, outputs = 3, seed = 1, layers: object[] = spec.layers): Network =>
  Network.build({ ...spec, layers }, { outputs, channels, height: side, width: side }, seed);

const take = (network: Network, file: string, aliases = {}): Promise<ImportReport> =>
  network.importWeights(file, { head: ['fc'], aliases });

/** Logits of the fixture's two gray images. */
async function logitsOf(network: Network, channels = 3): Promise<number[]> {
  const area = side * side;
  const pixels = [0, 1].flatMap((image) =>
    Array.from({ length: channels }, () =>
      expected.pixels.slice(image * area, (image + 1) * area),
    ).flat(),
  );
  using dataset = Dataset.fromImages(Uint8Array.from(pixels), [2, channels, side, side]);
  const { values } = await network.evaluate(dataset, {
    indices: Int32Array.of(0, 1),
    labels: new Int32Array(),
    batchSize: 2,
    loss: 'crossEntropy',
    precision: 'fp32',
    normalization: {
      mean: Array<number>(channels).fill(0.5),
      std: Array<number>(channels).fill(0.25),
    },
  });
  return [...values];
}

function difference(actual: readonly number[], wanted: readonly number[]): number {
  return Math.max(...wanted.map((value, index) => Math.abs(value - (actual[index] ?? NaN))));
}

const all = [
  'bn1.bias',
  'bn1.num_batches_tracked',
  'bn1.running_mean',
  'bn1.running_var',
  'bn1.weight',
  'conv1.bias',
  'conv1.weight',
  'conv2.weight',
  'fc.bias',
  'fc.weight',
];

const files = [
  'state.safetensors',
  'state.pth',
  'checkpoint.pth',
  'parallel.pth',
  'parameters.pth',
];
for (const file of [...files, 'views.pth', 'uncounted.pth']) {
  test(`with the weights of ${file} a network answers as PyTorch does`, async (t) => {
    using network = build();
    const report = await take(network, fixture(file));
    const names = file === 'uncounted.pth' ? all.filter((name) => !/batches/.test(name)) : all;
    t.deepEqual(report.matched.sort(), names);
    t.deepEqual([report.missing, report.wrong, report.unexpected, report.drawn], [[], [], [], []]);
    t.true(difference(await logitsOf(network), expected.logits) < 1e-5);
  });
}

test('a stem for one channel gives gray images the same answer as one for three', async (t) => {
  using gray = build(1);
  const report = await take(gray, fixture('state.pth'));
  t.deepEqual(report.adapted, ['conv1.weight']);
  t.true(difference(await logitsOf(gray, 1), expected.logits) < 1e-5);

  const file = join(await makeFolder(t, {}), 'gray.safetensors');
  await gray.save(file, {});
  using color = build(3);
  t.deepEqual((await take(color, file)).adapted, ['conv1.weight']);
  t.true(difference(await logitsOf(color), expected.logits) < 1e-5);
});

test('a head for other classes stays as drawn, and all else is taken', async (t) => {
  using network = build(3, 2);
  const report = await take(network, fixture('state.pth'));
  t.deepEqual(report.drawn.sort(), ['fc.bias', 'fc.weight']);
  t.is(report.matched.length, all.length - 2);
  t.is((await logitsOf(network)).length, 4);
});

test('what is missing, wrong or unexpected is named, and then nothing changes', async (t) => {
  const layers = spec.layers.map((layer) =>
    layer.name === 'conv2' ? { ...layer, name: 'other', out: 7 } : layer,
  );
  using network = build(3, 3, 1, layers);
  const before = await logitsOf(network);
  const report = await take(network, fixture('state.pth'));
  t.deepEqual(report.missing, ['other.weight']);
  t.deepEqual(report.unexpected, ['conv2.weight']);
  t.deepEqual(report.drawn, ['fc.weight']);
  t.deepEqual(await logitsOf(network), before);

  const renamed = await take(network, fixture('state.pth'), { other: ['features.2', 'conv2'] });
  t.regex(renamed.wrong.join(), /^other\.weight \[6, 4, 3, 3\], expected \[7, 4, 3, 3\]$/);
  t.deepEqual(await logitsOf(network), before);
});

test('layers are found by the names that other programs give them, or have none elsewhere', async (t) => {
  const layers = spec.layers.map((layer) =>
    layer.name === 'conv2' ? { ...layer, name: 'block2' } : layer,
  );
  const own = { kind: 'batchNorm', name: 'input' };
  using network = build(3, 3, 1, [own, ...layers]);
  const report = await take(network, fixture('state.pth'), { block2: ['conv2'], input: [] });
  t.true(report.matched.includes('block2.weight'));
  t.true(report.drawn.every((name) => name.startsWith('input.')));
  t.deepEqual([report.missing, report.wrong, report.unexpected], [[], [], []]);
});

const refused: readonly (readonly [file: string, reason: RegExp])[] = [
  ['module.pth', /torch\.nn\.modules\.container\.Sequential/],
  ['namespace.pth', /argparse\.Namespace/],
  ['numpy.pth', /numpy\._?core\.multiarray\.scalar/],
  ['command.pth', /posix\.system/],
  ['legacy.pth', /before|older|since PyTorch 1\.6/],
  ['list.pth', /no state dictionary/],
];
for (const [file, reason] of refused) {
  test(`${file} is refused, and says why`, async (t) => {
    using network = build();
    const before = await logitsOf(network);
    await t.throwsAsync(take(network, fixture(file)), {
      code: 'ERR_INVALID_FILE',
      message: new RegExp(`${file}.*${reason.source}`),
    });
    t.deepEqual(await logitsOf(network), before);
  });
}

test('a file that is not there is named', async (t) => {
  using network = build();
  await t.throwsAsync(take(network, 'no/such.pth'), { code: 'ERR_NOT_FOUND', message: /no\/such/ });
});

test('a damaged file is an error or gives whole weights, whichever byte is wrong', async (t) => {
  const folder = await makeFolder(t, {});
  const whole = await readFile(fixture('state.pth'));
  let refusals = 0;
  // A linear congruential generator: the same damage in every run.
  let state = 7;
  const draw = (limit: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * limit);
  };
  for (let round = 0; round < 300; round += 1) {
    const bytes = Buffer.from(round % 3 === 0 ? whole.subarray(0, draw(whole.length)) : whole);
    for (let count = draw(4); count >= 0 && bytes.length > 0; count -= 1) {
      bytes[draw(bytes.length)] = draw(256);
    }
    const file = join(folder, `${round}.pth`);
    await writeFile(file, bytes);
    using network = build();
    try {
      await take(network, file);
    } catch (error) {
      refusals += 1;
      t.is((error as { code?: unknown }).code, 'ERR_INVALID_FILE');
    }
  }
  t.true(refusals > 100, String(refusals));
});
