/** 64-bit perceptual hashes: the signs of cosine waves in a picture's details, some octaves below its pixels. */

/** Edge of the square that is hashed. */
export const hashedSize = 32;

/** A hash's bits 0 … 31 and 32 … 63. */
export type Hash = readonly [low: number, high: number];

/** Waves across and down. Slower ones say "chest radiograph" and little else; in faster ones a small crop shows. */
const slowest = 4;
const waves = chooseWaves();

function chooseWaves(): (readonly [across: number, down: number])[] {
  const all: (readonly [number, number])[] = [];
  for (let sum = slowest; all.length < 64; sum += 1) {
    for (let across = 0; across <= sum; across += 1) all.push([across, sum - across]);
  }
  return all.slice(0, 64);
}

/** Rows of the cosine transform of type II, unscaled: only signs are used. */
const rows = Math.max(...waves.flat()) + 1;
const cosines = Float64Array.from({ length: rows * hashedSize }, (_, at) => {
  const [wave, x] = [Math.floor(at / hashedSize), at % hashedSize];
  return Math.cos((Math.PI * wave * (2 * x + 1)) / (2 * hashedSize));
});

export const flips = ['none', 'horizontal', 'vertical', 'both'] as const;
export type Flip = (typeof flips)[number];

/**
 * For each flip, what makes a picture's hash that of the flipped picture, by exclusive or: a mirror
 * changes the sign of the odd waves across it, and of no others.
 */
export const flipMasks: readonly Hash[] = flips.map((flip) =>
  toHash(
    waves.map(([across, down]) => {
      const mirrored =
        (flip === 'horizontal' || flip === 'both' ? across : 0) +
        (flip === 'vertical' || flip === 'both' ? down : 0);
      return mirrored % 2 === 1;
    }),
  ),
);

/** `square` has hashedSize × hashedSize values. */
export function perceptualHash(square: Float32Array): Hash {
  // [wave across, row]
  const transformed = new Float64Array(rows * hashedSize);
  for (let y = 0; y < hashedSize; y += 1) {
    for (let wave = 0; wave < rows; wave += 1) {
      let sum = 0;
      for (let x = 0; x < hashedSize; x += 1) {
        sum += (square[y * hashedSize + x] ?? 0) * (cosines[wave * hashedSize + x] ?? 0);
      }
      transformed[wave * hashedSize + y] = sum;
    }
  }
  return toHash(
    waves.map(([across, down]) => {
      let sum = 0;
      for (let y = 0; y < hashedSize; y += 1) {
        sum += (transformed[across * hashedSize + y] ?? 0) * (cosines[down * hashedSize + y] ?? 0);
      }
      return sum > 0;
    }),
  );
}

function toHash(bits: readonly boolean[]): Hash {
  const word = (from: number): number =>
    bits.slice(from, from + 32).reduce((sum, bit, at) => (bit ? sum | (1 << at) : sum), 0) >>> 0;
  return [word(0), word(32)];
}
