/** Phantoms repeat from their seed, look like chests, and are laid out like the sets that users have. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import {
  drawPhantom,
  phantomKinds,
  scanSource,
  writePhantomDataset,
  type Phantom,
  type PhantomOptions,
} from '../../src/data/index.js';
import { sha256 } from '../../src/data/fingerprint.js';
import { Random, combineSeeds } from '../../src/data/phantom/noise.js';
import { makeFolder } from './folder.js';

const size = 64;
const draw = (options: Partial<PhantomOptions>) =>
  drawPhantom({ kind: 'normal', size, ...options });

/** The mean gray value where `mask` is set. */
function meanWithin({ pixels }: Phantom, mask: Uint8Array): number {
  const inside = [...pixels].filter((_, at) => mask[at] === 255);
  return inside.reduce((sum, value) => sum + value, 0) / inside.length;
}

const patients = Array.from({ length: 20 }, (_, patient) => patient);

test('the same options give the same bytes', (t) => {
  for (const kind of phantomKinds) {
    for (const scanner of ['primary', 'second'] as const) {
      const options = { kind, scanner, seed: 7, patient: 3, image: 2 } as const;
      t.deepEqual(draw(options), draw(options));
    }
  }
});

test('seed, patient, image, kind and scanner each change the pixels', (t) => {
  const variants: Partial<PhantomOptions>[] = [
    {},
    { seed: 1 },
    { patient: 1 },
    { image: 1 },
    { kind: 'viral' },
    { scanner: 'second' },
  ];
  t.is(new Set(variants.map((options) => sha256(draw(options).pixels))).size, variants.length);
});

test('lungs cover a plausible part of the image, on both sides, and are darker than the rest of the body', (t) => {
  for (const patient of patients) {
    const phantom = draw({ patient });
    const share = (from: number, to: number) =>
      [...phantom.mask].filter((value, at) => value === 255 && at % size >= from && at % size < to)
        .length / phantom.mask.length;
    t.true(share(0, size) > 0.2 && share(0, size) < 0.6, `patient ${patient}: ${share(0, size)}`);
    t.true(share(0, size / 2) > 0.08 && share(size / 2, size) > 0.08, `patient ${patient}`);
    // The abdomen: the middle of the lowest rows.
    const abdomen = phantom.mask.map((_, at) => {
      const [row, column] = [Math.floor(at / size), at % size];
      return row > 0.9 * size && row < 0.95 * size && Math.abs(column - size / 2) < size / 8
        ? 255
        : 0;
    });
    t.true(
      meanWithin(phantom, phantom.mask) < meanWithin(phantom, abdomen) - 30,
      `patient ${patient}`,
    );
  }
});

test('pneumonia lies in the lungs, and brightens them', (t) => {
  for (const kind of ['bacterial', 'viral'] as const) {
    for (const patient of patients) {
      const [ill, healthy] = [draw({ kind, patient }), draw({ patient })];
      const outside = ill.finding.filter((value, at) => value === 255 && ill.mask[at] === 0).length;
      const area = ill.finding.filter((value) => value === 255).length;
      t.true(area > 20 && outside < 0.2 * area, `${kind} ${patient}: ${outside} of ${area}`);
      t.true(meanWithin(ill, ill.finding) > meanWithin(healthy, ill.finding), `${kind} ${patient}`);
    }
  }
});

test('bacterial opacity is on one side, the viral pattern on both, and normal has neither', (t) => {
  /** The share of the lesser side. */
  const sides = ({ finding }: Phantom) => {
    const found = [...finding.keys()].filter((at) => finding[at] === 255);
    const left = found.filter((at) => at % size < size / 2).length;
    return Math.min(left, found.length - left) / found.length;
  };
  for (const patient of patients) {
    t.true(sides(draw({ kind: 'bacterial', patient })) < 0.05, `bacterial ${patient}`);
    t.true(sides(draw({ kind: 'viral', patient })) > 0.13, `viral ${patient}`);
    t.true(draw({ patient }).finding.every((value) => value === 0));
  }
});

test('the second scanner shows lighter lungs', (t) => {
  for (const patient of patients) {
    const [first, second] = [draw({ patient }), draw({ patient, scanner: 'second' })];
    t.deepEqual(second.mask, first.mask);
    t.true(meanWithin(second, first.mask) > meanWithin(first, first.mask), `patient ${patient}`);
  }
});

test('a dataset is scanned without problems, in three splits, with its patients uncut', async (t) => {
  const folder = await makeFolder(t, {});
  const made = await writePhantomDataset(folder, { imagesPerClass: 20, size: 32 });
  const source = await scanSource(made.images);
  t.is(made.count, 60);
  t.deepEqual(source.problems, []);
  t.deepEqual(source.classes, ['BACTERIA', 'NORMAL', 'VIRUS']);
  for (const label of [0, 1, 2]) {
    const counts = ['train', 'val', 'test'].map(
      (split) =>
        source.samples.filter((sample) => sample.label === label && sample.split === split).length,
    );
    t.deepEqual(counts, [14, 2, 4]);
  }
  const splitsOf = new Map<string, Set<unknown>>();
  for (const { group, split } of source.samples) {
    splitsOf.set(group, (splitsOf.get(group) ?? new Set()).add(split));
  }
  t.true([...splitsOf.values()].every((splits) => splits.size === 1));
  t.true(splitsOf.size < 60 && splitsOf.size >= 20);
});

test('the manifest agrees with the folders, and every image has its mask', async (t) => {
  const folder = await makeFolder(t, {});
  const made = await writePhantomDataset(folder, {
    imagesPerClass: 6,
    size: 32,
    mergePneumonia: true,
  });
  const [listed, found] = [await scanSource(made.manifest), await scanSource(made.images)];
  t.deepEqual(listed.classes, ['NORMAL', 'PNEUMONIA']);
  t.deepEqual(listed.problems, []);
  const facts = (source: typeof found) =>
    source.samples.map(({ path, label, split, group }) => [path, label, split, group]).sort();
  t.deepEqual(facts(listed), facts(found));
  for (const { path, mask } of listed.samples) {
    const sizes = await Promise.all([path, mask ?? ''].map((file) => sharp(file).metadata()));
    t.deepEqual(
      sizes.map(({ width, height, channels }) => [width, height, channels]),
      [
        [32, 32, 1],
        [32, 32, 1],
      ],
    );
  }
});

test('a PNG of the dataset holds exactly the drawn pixels', async (t) => {
  const folder = await makeFolder(t, {});
  const { images } = await writePhantomDataset(folder, {
    imagesPerClass: 1,
    size: 32,
    seed: 5,
    kinds: ['normal'],
    shares: { train: 1, val: 0, test: 0 },
  });
  const path = join(images, 'train', 'NORMAL', 'IM-0001-0001.png');
  const drawn = drawPhantom({ kind: 'normal', size: 32, seed: 5, patient: 1, image: 1 });
  t.deepEqual(await sharp(path).toColourspace('b-w').raw().toBuffer(), Buffer.from(drawn.pixels));
});

test('the same options write the same dataset', async (t) => {
  const options = { imagesPerClass: 4, size: 32, seed: 9 };
  const manifests = [];
  for (let round = 0; round < 2; round += 1) {
    const { manifest } = await writePhantomDataset(await makeFolder(t, {}), options);
    manifests.push(await readFile(manifest, 'utf8'));
  }
  t.is(manifests[0], manifests[1]);
});

test('a folder with content is left alone', async (t) => {
  const folder = await makeFolder(t, { 'mine.txt': 'x' });
  await t.throwsAsync(writePhantomDataset(folder), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /folder/,
  });
  t.deepEqual(await readdir(folder), ['mine.txt']);
});

test('wrong options are named', async (t) => {
  const code = 'ERR_INVALID_ARGUMENT';
  const wrong = [
    { kind: 'cold' },
    { scanner: 'third' },
    { size: 15 },
    { seed: -1 },
    { patient: 0.5 },
  ];
  for (const options of wrong) {
    const [name] = Object.keys(options);
    t.throws(() => draw(options as Partial<PhantomOptions>), {
      code,
      message: new RegExp(`for ${name}`),
    });
  }
  const folder = await makeFolder(t, {});
  await t.throwsAsync(writePhantomDataset(folder, { imagesPerClass: 0 }), {
    code,
    message: /imagesPerClass/,
  });
  const shares = { train: 0.5, val: 0.1, test: 0.1 };
  await t.throwsAsync(writePhantomDataset(folder, { shares }), { code, message: /shares/ });
});

test('the random numbers have the moments they claim', (t) => {
  const random = new Random(combineSeeds(1, 2, 3));
  const uniform = Array.from({ length: 20_000 }, () => random.next());
  const normal = Array.from({ length: 20_000 }, () => random.normal());
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  t.true(uniform.every((value) => value >= 0 && value < 1));
  t.true(Math.abs(mean(uniform) - 0.5) < 0.01);
  t.true(Math.abs(mean(normal)) < 0.03);
  t.true(Math.abs(mean(normal.map((value) => value * value)) - 1) < 0.05);
});
