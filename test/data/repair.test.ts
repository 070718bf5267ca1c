/** What repairs make of pixels: as OpenCV, scikit-image, NumPy and Pillow, and as their names promise. */
import { readFile } from 'node:fs/promises';
import test from 'ava';
import sharp from 'sharp';
import { decodeImage } from '../../src/data/decode.js';
import {
  drawPhantom,
  referenceQuantiles,
  type ImageFormat,
  type Repair,
} from '../../src/data/index.js';
import { Random } from '../../src/data/phantom/noise.js';
import { findContent } from '../../src/data/repair/cropBorder.js';
import { Dataset } from '../../src/native/index.js';

interface Coded {
  height: number;
  width: number;
  /** Base64 of uint8 [H, W]. */
  pixels: string;
}
interface Fixture {
  source: Coded;
  reference: Coded;
  inverted: Coded;
  windows: { lower: number; upper: number; result: Coded }[];
  clahe: { source: Coded; tiles: number; clipLimit: number; result: Coded }[];
  matched: Coded;
  quantiles: number[];
}
interface Gray {
  pixels: Uint8Array;
  height: number;
  width: number;
}

const readFixture = async () =>
  JSON.parse(await readFile('test/fixtures/repair/repairs.json', 'utf8')) as Fixture;
const decoded = ({ pixels, ...size }: Coded): Gray => ({
  pixels: Buffer.from(pixels, 'base64'),
  ...size,
});
const phantom = (seed: number, size = 96): Gray => ({
  pixels: drawPhantom({ kind: 'normal', seed, size }).pixels,
  height: size,
  width: size,
});

const toPng = ({ pixels, height, width }: Gray): Promise<Buffer> =>
  sharp(pixels, { raw: { height, width, channels: 1 } })
    .png()
    .toBuffer();

/** The image after repairs, in its own size unless told otherwise. */
async function repaired(
  image: Gray,
  repairs: readonly Repair[],
  more: Partial<ImageFormat> = {},
): Promise<Buffer> {
  const { height, width } = image;
  const format: ImageFormat = { channels: 1, height, width, fit: 'fill', repairs, ...more };
  return decodeImage(await toPng(image), format);
}

function differences(a: Uint8Array, b: Uint8Array): { largest: number; share: number } {
  const distances = Array.from(a, (value, at) => Math.abs(value - (b[at] ?? NaN)));
  return {
    largest: Math.max(...distances),
    share: distances.filter((distance) => distance > 0).length / distances.length,
  };
}

test("invert is Pillow's", async (t) => {
  const { source, inverted } = await readFixture();
  t.deepEqual(await repaired(decoded(source), [{ kind: 'invert' }]), decoded(inverted).pixels);
});

test("window is scikit-image's rescale_intensity between NumPy's percentiles", async (t) => {
  const { source, windows } = await readFixture();
  for (const { lower, upper, result } of windows) {
    const window = await repaired(decoded(source), [{ kind: 'window', lower, upper }]);
    t.deepEqual(window, decoded(result).pixels, `${lower} to ${upper}`);
  }
});

test("clahe is OpenCV's, whether tiles divide the sides or not", async (t) => {
  const { clahe } = await readFixture();
  for (const { source, tiles, clipLimit, result } of clahe) {
    const equalized = await repaired(decoded(source), [{ kind: 'clahe', tiles, clipLimit }]);
    // OpenCV mixes curves in single precision and rounds halves to even.
    const { largest, share } = differences(equalized, decoded(result).pixels);
    t.true(largest <= 1 && share < 0.03, `${tiles} tiles: ${largest}, ${share}`);
  }
});

test("matchHistogram is scikit-image's match_histograms", async (t) => {
  const { source, reference, matched } = await readFixture();
  const { pixels, height, width } = decoded(reference);
  using dataset = Dataset.fromImages(pixels, [1, 1, height, width]);
  const format = { channels: 1, height, width } as const;
  const quantiles = await referenceQuantiles(dataset, format, [0], { count: 1025 });
  const result = await repaired(decoded(source), [{ kind: 'matchHistogram', quantiles }]);
  // Where the reference has no pixels between two levels, 1,025 quantiles round the step off.
  const { largest, share } = differences(result, decoded(matched).pixels);
  t.true(largest <= 3 && share < 0.005, `${largest}, ${share}`);
});

test('quantiles of a reference are those that scikit-image sees, averaged over images', async (t) => {
  const { reference, quantiles } = await readFixture();
  const { pixels, height, width } = decoded(reference);
  const inverted = pixels.map((level) => 255 - level);
  using dataset = Dataset.fromImages(Buffer.concat([pixels, inverted]), [2, 1, height, width]);
  const format = { channels: 1, height, width } as const;
  const [one, other, both] = await Promise.all(
    [[0], [1], [0, 1]].map((positions) =>
      referenceQuantiles(dataset, format, positions, { count: 33 }),
    ),
  );
  for (const [at, expected] of quantiles.entries()) {
    t.true(Math.abs((one?.[at] ?? NaN) - expected) < 1e-9);
    t.is(both?.[at], ((one?.[at] ?? NaN) + (other?.[at] ?? NaN)) / 2);
  }
});

test('invert twice is nothing, also where the image is resized', async (t) => {
  const image = phantom(1, 100);
  const small = { height: 31, width: 40, fit: 'contain' } as const;
  const twice: Repair[] = [{ kind: 'invert' }, { kind: 'invert' }];
  t.deepEqual(await repaired(image, twice), Buffer.from(image.pixels));
  t.deepEqual(await repaired(image, twice, small), await repaired(image, [], small));
});

test('windowing a windowed image changes nothing', async (t) => {
  const image = phantom(2);
  const window: Repair = { kind: 'window', lower: 2, upper: 97 };
  const once = await repaired(image, [window]);
  t.notDeepEqual(once, Buffer.from(image.pixels));
  t.deepEqual(await repaired(image, [window, window]), once);
});

test('an image of one level survives every repair', async (t) => {
  const flat = { pixels: new Uint8Array(40 * 30).fill(77), height: 30, width: 40 };
  const repairs: Repair[] = [
    { kind: 'cropBorder', tolerance: 10 },
    { kind: 'window', lower: 1, upper: 99 },
    { kind: 'matchHistogram', quantiles: [0, 100, 130] },
  ];
  t.deepEqual(new Set(await repaired(flat, repairs)), new Set([130]));
  t.is(new Set(await repaired(flat, [{ kind: 'clahe', tiles: 8, clipLimit: 2 }])).size, 1);
});

test('an image takes the brightness of others and its own order of levels stays', async (t) => {
  const quantiles = [10, 40, 45, 50, 200];
  const image = phantom(3);
  const matched = await repaired(image, [{ kind: 'matchHistogram', quantiles }]);
  const sorted = matched.toSorted();
  const shares = [0.25, 0.5, 0.75].map((share) => sorted[Math.floor(share * sorted.length)] ?? 0);
  for (const [at, level] of shares.entries()) {
    t.true(Math.abs(level - (quantiles[at + 1] ?? 0)) <= 3, `${level}`);
  }
  const byLevel = [...image.pixels.keys()].sort(
    (a, b) => (image.pixels[a] ?? 0) - (image.pixels[b] ?? 0),
  );
  const inOrder = byLevel.map((at) => matched[at] ?? 0);
  t.deepEqual(
    inOrder,
    inOrder.toSorted((a, b) => a - b),
  );
});

/** The image with borders of one color, noisy as JPEG leaves them. */
function framed(
  { pixels, height, width }: Gray,
  border: { top: number; bottom: number; left: number; right: number; color: number },
  random: Random,
): Gray {
  const { top, bottom, left, right, color } = border;
  const outer = { height: height + top + bottom, width: width + left + right };
  const all = new Uint8Array(outer.height * outer.width).map(() => {
    const stray = random.chance(0.002);
    const noise = Math.round(random.between(-3, 3));
    return stray ? 128 : Math.min(255, Math.max(0, color + noise));
  });
  for (let y = 0; y < height; y += 1) {
    all.set(pixels.subarray(y * width, (y + 1) * width), (top + y) * outer.width + left);
  }
  return { pixels: all, ...outer };
}

/** Phantom patients whose images have no shutters at the margins; those of 2 and 12 have. */
const openShutters = [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15];

test('planted letterboxes and frames are cut off to within a pixel', (t) => {
  const random = new Random(8);
  const some = () => Math.floor(random.between(3, 30));
  for (const trial of openShutters) {
    const { pixels } = drawPhantom({ kind: 'normal', patient: trial, size: 128 });
    const image = { pixels, height: 128, width: 128 };
    const color = [0, 255, 128][trial % 3] ?? 0;
    const [tall, wide] = [trial % 4 !== 1, trial % 4 !== 2];
    const border = {
      ...{ color, top: tall ? some() : 0, bottom: tall ? some() : 0 },
      ...{ left: wide ? some() : 0, right: wide && trial % 4 !== 3 ? some() : 0 },
    };
    const whole = framed(image, border, random);
    const { top, bottom, left, right } = findContent({ ...whole, channels: 1 }, 8);
    const expected = [border.top, border.top + 128, border.left, border.left + 128];
    const far = [top, bottom, left, right].map((at, side) => Math.abs(at - (expected[side] ?? 0)));
    t.true(
      Math.max(...far) <= 1,
      `${JSON.stringify(border)}: ${[top, bottom, left, right].join()}`,
    );
  }
});

test('a frame with a line of another color around it is cut off with that line', (t) => {
  const { pixels } = drawPhantom({ kind: 'normal', size: 128 });
  const random = new Random(3);
  const even = (side: number, color: number) => ({
    ...{ top: side, bottom: side, left: side, right: side },
    color,
  });
  const black = framed({ pixels, height: 128, width: 128 }, even(9, 0), random);
  const whole = framed(black, even(1, 90), random);
  const box = findContent({ ...whole, channels: 1 }, 8);
  t.deepEqual(box, { top: 10, bottom: 138, left: 10, right: 138 });
});

test('phantoms keep every pixel, unless shutters are in the picture', (t) => {
  for (let patient = 0; patient < 16; patient += 1) {
    const { pixels } = drawPhantom({ kind: 'viral', patient, size: 128 });
    const picture = { pixels, height: 128, width: 128, channels: 1 } as const;
    const { top, bottom, left, right } = findContent(picture, 8);
    const isWhole = top === 0 && bottom === 128 && left === 0 && right === 128;
    t.is(isWhole, openShutters.includes(patient), `patient ${patient}`);
  }
});
