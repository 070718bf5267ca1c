/** What headers tell, and what is wrong with files before any is decoded. */
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import sharp from 'sharp';
import { formatInspection, inspectSource, scanSource } from '../../src/data/index.js';
import type { Inspection } from '../../src/data/index.js';
import { makeFolder, realImages } from './folder.js';

function blank(width: number, height: number, channels: 3 | 4 = 3): sharp.Sharp {
  const background = { r: 90, g: 90, b: 90, alpha: 0.5 };
  return sharp({ create: { width, height, channels, background } });
}

/** One image of every kind that collections hold, and three files that are none. */
async function makeMixed(t: ExecutionContext): Promise<string> {
  const gray = blank(20, 10).toColourspace('b-w');
  const frames = [blank(8, 8, 4), blank(8, 8, 4).negate()].map((frame) => frame.png().toBuffer());
  return makeFolder(t, {
    'train/A/person1_virus_1.png': await gray.clone().png().toBuffer(),
    'train/A/person1_virus_2.png': await gray.clone().png().toBuffer(),
    'train/A/gray16.png': await blank(20, 10).toColourspace('grey16').png().toBuffer(),
    'train/A/alpha.png': await blank(20, 10, 4).png().toBuffer(),
    'train/B/rgb.jpg': await blank(40, 30).jpeg().toBuffer(),
    'train/B/cmyk.jpg': await blank(40, 30).toColourspace('cmyk').jpeg().toBuffer(),
    'train/B/rotated.jpg': await blank(30, 40).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    'test/A/person1_virus_3.webp': await gray.clone().webp().toBuffer(),
    'test/B/moving.gif': await sharp(await Promise.all(frames), { join: { animated: true } })
      .gif()
      .toBuffer(),
    'test/B/drawing.png': '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    'test/B/empty.jpg': '',
    'test/B/text.jpg': 'no image at all',
    'test/B/notes.txt': 'notes',
  });
}

test('every property that matters to decoding is counted', async (t) => {
  const root = await makeMixed(t);
  const inspection = await inspectSource(await scanSource(root));
  const { problems, sizeBytes, ...rest } = inspection;
  t.deepEqual(rest, {
    root,
    kind: 'splits',
    images: 12,
    splits: ['train', 'test'],
    classes: [
      { name: 'A', splits: [4, 1], images: 5 },
      { name: 'B', splits: [3, 4], images: 7 },
    ],
    groups: { count: 10, largest: { group: 'person1_virus', images: 3 }, acrossSplits: 1 },
    sizes: {
      distinct: 3,
      mostCommon: [
        { width: 20, height: 10, images: 5 },
        { width: 40, height: 30, images: 3 },
        { width: 8, height: 8, images: 1 },
      ],
      width: { min: 8, max: 40 },
      height: { min: 8, max: 30 },
    },
    colors: { grayscale: 3, RGB: 5, CMYK: 1 },
    traits: { alpha: 2, sixteenBit: 1, multiPage: 1, rotatedByExif: 1 },
    formats: { gif: 1, jpeg: 3, png: 4, webp: 1 },
  });
  t.true(sizeBytes > 500);
  t.deepEqual(
    problems.map(({ file, code }) => [file, code]),
    [
      ['test/B/notes.txt', 'ERR_UNREADABLE_IMAGE'],
      ['test/B/drawing.png', 'ERR_UNREADABLE_IMAGE'],
      ['test/B/empty.jpg', 'ERR_UNREADABLE_IMAGE'],
      ['test/B/text.jpg', 'ERR_UNREADABLE_IMAGE'],
      ['test/A/person1_virus_3.webp', 'ERR_SPLIT_LEAK'],
    ],
  );
});

test('an image above the pixel limit is a problem, found without decoding it', async (t) => {
  const root = await makeFolder(t, {
    'A/bomb.png': await blank(2000, 1000).png().toBuffer(),
    'B/small.png': await blank(10, 10).png().toBuffer(),
  });
  const source = await scanSource(root);
  const { problems } = await inspectSource(source, { pixelLimit: 1_999_999 });
  t.deepEqual(problems, [
    {
      file: 'A/bomb.png',
      code: 'ERR_IMAGE_TOO_LARGE',
      message: '2000×1000 pixels, more than the limit of 1999999',
    },
  ]);
  t.deepEqual((await inspectSource(source, { pixelLimit: 2_000_000 })).problems, []);
});

test('a file that went after the scan is a problem', async (t) => {
  const root = await makeFolder(t, { 'A/1.png': await blank(9, 9).png().toBuffer() });
  const source = await scanSource(root, { unlabeled: true });
  const gone = { ...source.samples[0], path: join(root, 'gone.png'), name: 'gone.png' };
  const { problems } = await inspectSource({
    ...source,
    samples: [...source.samples, { label: -1, split: null, group: 'gone', ...gone }],
  });
  t.deepEqual(
    problems.map(({ file, code }) => [file, code]),
    [['gone.png', 'ERR_UNREADABLE_IMAGE']],
  );
});

test('at most ten sizes are listed', async (t) => {
  const files = Array.from({ length: 12 }, async (_, index) => {
    const bytes = await blank(10 + index, 5)
      .png()
      .toBuffer();
    return [`${index}.png`, bytes] as const;
  });
  const root = await makeFolder(t, Object.fromEntries(await Promise.all(files)));
  const inspection = await inspectSource(await scanSource(root, { unlabeled: true }));
  t.is(inspection.sizes.distinct, 12);
  t.is(inspection.sizes.mostCommon.length, 10);
  t.deepEqual(inspection.classes, [{ name: null, splits: [], images: 12 }]);
  t.regex(formatInspection(inspection), /\nand 2 other sizes\n/);
});

for (const workers of [0, 1.5]) {
  test(`${workers} workers are refused`, async (t) => {
    const root = await makeFolder(t, { '1.png': await blank(9, 9).png().toBuffer() });
    const source = await scanSource(root, { unlabeled: true });
    await t.throwsAsync(inspectSource(source, { workers }), { code: 'ERR_INVALID_ARGUMENT' });
  });
}

const example: Inspection = {
  root: '/data',
  kind: 'splits',
  images: 5856,
  sizeBytes: 1_234_567,
  splits: ['train', 'test'],
  classes: [
    { name: 'NORMAL', splits: [1341, 234], images: 1575 },
    { name: 'PNEUMONIA', splits: [3875, 406], images: 4281 },
  ],
  groups: { count: 4097, largest: { group: 'person23_bacteria', images: 30 }, acrossSplits: 0 },
  sizes: {
    distinct: 1,
    mostCommon: [{ width: 224, height: 224, images: 5856 }],
    width: { min: 224, max: 224 },
    height: { min: 200, max: 224 },
  },
  colors: { RGB: 5800, grayscale: 56 },
  traits: { alpha: 0, sixteenBit: 3, multiPage: 0, rotatedByExif: 0 },
  formats: { jpeg: 5856 },
  problems: [],
};

test('the text has aligned columns and one line per fact', (t) => {
  t.is(
    formatInspection(example),
    `/data (splits): 5,856 images, 1.2 MB

class      train  test  images
NORMAL     1,341   234   1,575
PNEUMONIA  3,875   406   4,281
total      5,216   640   5,856

groups             4,097, the largest person23_bacteria (30 images)
in several splits  0 groups
file types         jpeg 5,856
colors             RGB 5,800, grayscale 56
special            16-bit 3
width              224 pixels
height             200 to 224 pixels

size     images
224×224   5,856

no problems
`,
  );
});

test('the text counts all problems and lists ten', (t) => {
  const problems = Array.from({ length: 12 }, (_, index) => ({
    file: `A/${index}.jpg`,
    code: 'ERR_UNREADABLE_IMAGE' as const,
    message: 'an empty file (0 bytes)',
  }));
  const lines = formatInspection({ ...example, problems })
    .trimEnd()
    .split('\n');
  t.deepEqual(lines.slice(-12, -10), [
    '12 problems: ERR_UNREADABLE_IMAGE 12',
    '  A/0.jpg: an empty file (0 bytes)',
  ]);
  t.is(lines.at(-1), '  and 2 others');
});

test('the Kermany set is 5,856 RGB JPEGs of one size, without a problem', async (t) => {
  const root = realImages(t, 'chest_xray');
  if (root === undefined) return;
  const inspection = await inspectSource(await scanSource(root));
  t.deepEqual(inspection.splits, ['train', 'val', 'test']);
  t.deepEqual(inspection.classes, [
    { name: 'NORMAL', splits: [1341, 8, 234], images: 1583 },
    { name: 'PNEUMONIA', splits: [3875, 8, 390], images: 4273 },
  ]);
  t.deepEqual(inspection.groups, {
    count: 4097,
    largest: { group: 'person23_bacteria', images: 30 },
    acrossSplits: 0,
  });
  t.deepEqual(inspection.sizes.mostCommon, [{ width: 224, height: 224, images: 5856 }]);
  t.deepEqual([inspection.colors, inspection.formats], [{ RGB: 5856 }, { jpeg: 5856 }]);
  t.deepEqual(inspection.problems, []);
});
