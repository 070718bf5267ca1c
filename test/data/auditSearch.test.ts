/** The search for near hashes misses nothing, and alignment recovers what was done to a picture. */
import test from 'ava';
import {
  align,
  applyWarp,
  correlation,
  flipSquare,
} from '../../src/data/audit/copies/alignment.js';
import { detailsOf } from '../../src/data/audit/copies/details.js';
import { HashTable } from '../../src/data/audit/copies/hashSearch.js';
import {
  flipMasks,
  flips,
  hashedSize,
  perceptualHash,
  type Hash,
} from '../../src/data/audit/copies/perceptualHash.js';
import {
  reduce,
  toGray,
  withoutPadding,
  type Region,
} from '../../src/data/audit/copies/thumbnail.js';
import { drawPhantom } from '../../src/data/index.js';
import { splitMix64 } from '../../src/data/random.js';

const toBig = ([low, high]: Hash): bigint => BigInt(low) | (BigInt(high) << 32n);
const toHash = (bits: bigint): Hash => [Number(bits & 0xffffffffn), Number(bits >> 32n)];
const countBits = (bits: bigint): number => bits.toString(2).replaceAll('0', '').length;

test('every pair within the distance is found, and no other, as comparing bit by bit finds them', (t) => {
  const next = splitMix64(7);
  for (let round = 0; round < 5; round += 1) {
    // Half of them lie near one another, or no pair at all would be within the distance.
    const center = next();
    const near = (): bigint => center ^ (next() & next() & next() & next());
    const hashes = Array.from({ length: 40 }, (_, at) => ({
      whole: toHash(at % 2 === 0 ? next() : near()),
      inner: toHash(at % 3 === 0 ? near() : next()),
    }));
    const table = new HashTable(hashes);
    const distance = 6 + 2 * round;
    const found = hashes.flatMap((_, a) =>
      table.after(a, distance).map((pair) => `${pair.a} ${pair.b} ${pair.flip} ${pair.distance}`),
    );
    const expected = hashes.flatMap((own, a) =>
      flips.flatMap((flip, number) =>
        hashes.flatMap((other, b) => {
          const mask = toBig(flipMasks[number] ?? [0, 0]);
          const [whole, inner] = [toBig(own.whole) ^ mask, toBig(own.inner) ^ mask];
          const bits = Math.min(
            countBits(whole ^ toBig(other.whole)),
            countBits(whole ^ toBig(other.inner)),
            countBits(inner ^ toBig(other.whole)),
          );
          return b > a && bits <= distance ? [`${a} ${b} ${flip} ${bits}`] : [];
        }),
      ),
    );
    t.true(expected.length > 0);
    t.deepEqual(found.sort(), expected.sort());
  }
});

const whole = (size: number) => ({ top: 0, bottom: size, left: 0, right: size });

function phantomSquare(patient: number, size: number): Float32Array {
  const { pixels } = drawPhantom({ kind: 'normal', size: 128, seed: 1, patient, image: 1 });
  return reduce({ values: pixels, height: 128, width: 128 }, whole(128), size);
}

test("the mask of a flip makes a picture's hash that of the flipped picture", (t) => {
  for (let patient = 1; patient <= 10; patient += 1) {
    const square = detailsOf(phantomSquare(patient, hashedSize), hashedSize, 2);
    const own = toBig(perceptualHash(square));
    for (const [number, flip] of flips.entries()) {
      const flipped = toBig(perceptualHash(flipSquare(square, hashedSize, flip)));
      t.is(own ^ toBig(flipMasks[number] ?? [0, 0]), flipped, flip);
    }
  }
});

test('flipping twice gives the picture back', (t) => {
  const square = Float32Array.from({ length: 16 }, (_, at) => at);
  t.deepEqual([...flipSquare(square, 4, 'horizontal').slice(0, 4)], [3, 2, 1, 0]);
  t.deepEqual([...flipSquare(square, 4, 'vertical').slice(0, 4)], [12, 13, 14, 15]);
  for (const flip of flips) {
    t.deepEqual(flipSquare(flipSquare(square, 4, flip), 4, flip), square);
  }
});

test('alignment finds which part of a picture a crop is', (t) => {
  const still = { shiftX: 0, shiftY: 0, scaleX: 1, scaleY: 1 };
  const { pixels } = drawPhantom({ kind: 'normal', size: 256, seed: 1, patient: 3, image: 1 });
  const plane = { values: pixels, height: 256, width: 256 };
  const details = (region: Region): Float32Array => detailsOf(reduce(plane, region, 64), 64, 4);
  const original = details(whole(256));
  for (const region of [
    { top: 0, bottom: 256, left: 12, right: 256 },
    { top: 10, bottom: 246, left: 0, right: 248 },
    { top: 4, bottom: 250, left: 12, right: 244 },
  ]) {
    const cropped = details(region);
    const found = align(cropped, original, 64, still, 8);
    const expected = {
      shiftX: (region.left + region.right) / 256 - 1,
      shiftY: (region.top + region.bottom) / 256 - 1,
      scaleX: (region.right - region.left) / 256,
      scaleY: (region.bottom - region.top) / 256,
    };
    for (const [name, value] of Object.entries(expected)) {
      const error = Math.abs(found[name as keyof typeof expected] - value);
      t.true(error < 0.01, `${name} off by ${error}`);
    }
    t.true(correlation(cropped, applyWarp(original, 64, found, 4)) > 0.96);
  }
});

test('details are the same whatever the brightness and contrast', (t) => {
  const square = phantomSquare(5, 32);
  const changed = square.map((value) => 0.7 * value + 50);
  t.true(correlation(detailsOf(square, 32, 2), detailsOf(changed, 32, 2)) > 0.99);
});

test('a flat picture has no details, and correlates with none', (t) => {
  const flat = detailsOf(new Float32Array(32 * 32).fill(90), 32, 2);
  t.true(flat.every((value) => value === 0));
  t.is(correlation(flat, detailsOf(phantomSquare(5, 32), 32, 2)), 0);
});

test('reducing keeps the mean, whether the size divides or not, and takes a region alone', (t) => {
  const values = Float32Array.from({ length: 30 * 50 }, (_, at) => (at * 37) % 101);
  const mean = (list: Float32Array) => list.reduce((a, b) => a + b, 0) / list.length;
  const plane = { values, height: 30, width: 50 };
  for (const size of [7, 10, 64]) {
    const small = reduce(plane, { top: 0, bottom: 30, left: 0, right: 50 }, size);
    t.true(Math.abs(mean(small) - mean(values)) < 1e-3, String(size));
  }
  const part = reduce(plane, { top: 10, bottom: 12, left: 20, right: 22 }, 2);
  t.deepEqual(
    [...part],
    [10 * 50 + 20, 521, 570, 571].map((at) => values[at]),
  );
});

test('channels become their mean, and black padding is left out', (t) => {
  t.deepEqual([...toGray(Uint8Array.from([30, 60, 0, 0, 60, 0]), 3)], [30, 20]);
  const values = new Uint8Array(6 * 4);
  values.fill(9, 2 * 4, 4 * 4);
  t.deepEqual(withoutPadding({ values, height: 6, width: 4 }), {
    top: 2,
    bottom: 4,
    left: 0,
    right: 4,
  });
  t.deepEqual(withoutPadding({ values: new Uint8Array(24), height: 6, width: 4 }), {
    top: 0,
    bottom: 6,
    left: 0,
    right: 4,
  });
});
