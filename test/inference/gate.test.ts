/** The gate lets phantoms through that it has never seen, and stops what is no upright radiograph. */
import test from 'ava';
import { drawPhantom, phantomKinds } from '../../src/data/index.js';
import {
  findUnfamiliar,
  fitGate,
  gateSchema,
  learnFamiliar,
  type GateDescription,
} from '../../src/inference/gate.js';
import { Dataset } from '../../src/native/index.js';
import { randomSource } from '../evaluation/fixtures.js';

const size = 64;
const area = size * size;
const rate = 0.02;
const format = { channels: 1, height: size, width: size } as const;
const counts = { train: 300, validation: 399, fresh: 300 };

/** Radiographs of patients, one of each. */
const patients = Array.from(
  { length: counts.train + counts.validation + counts.fresh },
  (_, at) => {
    const kind = phantomKinds[at % phantomKinds.length] ?? 'normal';
    return drawPhantom({ kind, size, seed: 7, patient: at }).pixels;
  },
);
const train = patients.slice(0, counts.train);
const validation = patients.slice(counts.train, counts.train + counts.validation);
const fresh = patients.slice(counts.train + counts.validation);

function pack(images: readonly Uint8Array[], channels = 1): Dataset {
  const pixels = new Uint8Array(images.length * area * channels);
  images.forEach((image, at) => {
    pixels.set(image, at * area * channels);
  });
  return Dataset.fromImages(pixels, [images.length, channels, size, size]);
}

const positionsOf = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

const everyone = (
  dataset: Dataset,
): { dataset: Dataset; format: typeof format; positions: number[] } => ({
  ...{ dataset, format },
  positions: positionsOf(dataset.shape[0]),
});

async function fit(falsePositiveRate: number): Promise<GateDescription> {
  using learned = pack(train);
  using held = pack(validation);
  const gate = await fitGate(
    await learnFamiliar(everyone(learned)),
    everyone(held),
    falsePositiveRate,
  );
  if (gate === null) throw new Error(`${counts.validation} images are not enough`);
  return gate;
}

const fitted = fit(rate);

async function flagged(images: readonly Uint8Array[]): Promise<number> {
  using dataset = pack(images);
  const answers = await findUnfamiliar(await fitted, everyone(dataset));
  return answers.filter(Boolean).length / images.length;
}

/** Every pixel from where it comes from in the image. */
function moved(source: (x: number, y: number) => [x: number, y: number]): Uint8Array[] {
  return fresh.map((image) =>
    image.map((_, at) => {
      const [x, y] = source(at % size, Math.floor(at / size));
      return image[y * size + x] ?? 0;
    }),
  );
}

test('of new phantoms no more are flagged than the rate, within what chance allows', async (t) => {
  const share = await flagged(fresh);
  // The rate that one fit has is Beta(8, 392) distributed; then so many phantoms are counted.
  const deviation = Math.sqrt(rate * (1 - rate) * (1 / (counts.validation + 2) + 1 / counts.fresh));
  t.log(`${share} of ${counts.fresh} phantoms flagged, ${rate} allowed`);
  t.true(share <= rate + 3.3 * deviation, `${share}`);
});

test('a tenth of the images that it was fitted on is flagged where a tenth may be', async (t) => {
  const gate = await fit(0.1);
  using dataset = pack(validation);
  // ⌈400 · 0.9⌉ = 360 distances are at most the threshold.
  t.is((await findUnfamiliar(gate, everyone(dataset))).filter(Boolean).length, 399 - 360);
});

const random = randomSource(99);
const last = size - 1;
const pictures: Readonly<Record<string, () => Uint8Array[]>> = {
  noise: () => fresh.map((image) => image.map(() => 256 * random())),
  'nothing but one gray': () => fresh.map((image, at) => image.map(() => at % 256)),
  'checkerboards of any size': () =>
    fresh.map((image, n) =>
      image.map((_, at) => {
        const [x, y] = [at % size, Math.floor(at / size)];
        const side = 1 + (n % 32);
        return (Math.floor(x / side) + Math.floor(y / side)) % 2 === 0 ? 255 : 0;
      }),
    ),
  'gradients in any direction': () =>
    fresh.map((image, n) =>
      image.map((_, at) => {
        const [x, y] = [at % size, Math.floor(at / size)];
        const [along, across] = [Math.cos(n), Math.sin(n)];
        return 128 + (2 * ((x - size / 2) * along + (y - size / 2) * across) * 128) / (1.5 * size);
      }),
    ),
  'inverted phantoms': () => fresh.map((image) => image.map((value) => 255 - value)),
  'phantoms turned by 90°': () => moved((x, y) => [y, last - x]),
  'phantoms turned by 270°': () => moved((x, y) => [last - y, x]),
  'phantoms upside down': () => moved((x, y) => [x, last - y]),
};
for (const [name, draw] of Object.entries(pictures)) {
  test(`unfamiliar: ${name}`, async (t) => {
    const share = await flagged(draw());
    t.log(`${(100 * share).toFixed(1)} % flagged`);
    t.true(share >= 0.99, `${share}`);
  });
}

test('a radiograph that is a little darker is let through', async (t) => {
  const darker = await flagged(fresh.map((image) => image.map((value) => 0.9 * value)));
  const mirrored = await flagged(moved((x, y) => [last - x, y]));
  t.log(`darker ${(100 * darker).toFixed(1)} %, mirrored ${(100 * mirrored).toFixed(1)} % flagged`);
  t.true(darker < 0.1, `${darker}`);
});

test('a colored picture is unfamiliar to a network that takes color and learned from gray', async (t) => {
  const three = { ...format, channels: 3 } as const;
  const colored = (images: readonly Uint8Array[], shares: readonly number[]): Dataset =>
    pack(
      images.map((image) =>
        Uint8Array.from(shares.flatMap((share) => [...image.map((value) => share * value)])),
      ),
      3,
    );
  using learned = colored(train, [1, 1, 1]);
  using held = colored(validation, [1, 1, 1]);
  const familiar = await learnFamiliar({ ...everyone(learned), format: three });
  const gate = await fitGate(familiar, { ...everyone(held), format: three }, rate);
  if (gate === null) return t.fail('399 images are enough');
  using skin = colored(fresh, [1, 0.7, 0.5]);
  const answers = await findUnfamiliar(gate, { ...everyone(skin), format: three });
  t.true(answers.every(Boolean), `${answers.filter(Boolean).length}`);
});

test('a gate needs as many images as its rate says', async (t) => {
  using dataset = pack(fresh);
  const take = (count: number): ReturnType<typeof everyone> => ({
    ...everyone(dataset),
    positions: positionsOf(count),
  });
  t.is(await fitGate(await fitted, take(48), rate), null);
  t.like(await fitGate(await fitted, take(49), rate), { images: 49, falsePositiveRate: rate });
});

test('the same images make the same gate, which survives its file', async (t) => {
  const gate = await fitted;
  t.deepEqual(await fit(rate), gate);
  const text = JSON.stringify(gate);
  t.deepEqual(gateSchema.parse(JSON.parse(text)), gate);
  t.true(text.length < 70_000, `${text.length} bytes`);
});

const damages: readonly (readonly [name: string, damage: object])[] = [
  ['a mean of another length', { mean: 'AAAA' }],
  ['a factor that is no base64', { factor: '!' }],
  ['another descriptor', { descriptor: 2 }],
  ['a threshold of 0', { threshold: 0 }],
];
for (const [name, damage] of damages) {
  test(`no gate: ${name}`, async (t) => {
    t.false(gateSchema.safeParse({ ...(await fitted), ...damage }).success);
  });
}

test('training images that are all one, or very few, still make a gate', async (t) => {
  for (const images of [
    Array.from({ length: 20 }, () => fresh.slice(0, 1)).flat(),
    fresh.slice(0, 2),
  ]) {
    using dataset = pack(images);
    using held = pack(validation);
    const gate = await fitGate(await learnFamiliar(everyone(dataset)), everyone(held), rate);
    t.true(Number.isFinite(gate?.threshold));
  }
});

test('an abort is heard between two images', async (t) => {
  using dataset = pack(fresh);
  const images = { ...everyone(dataset), signal: AbortSignal.abort() };
  await t.throwsAsync(learnFamiliar(images), { code: 'ABORT_ERR' });
});
