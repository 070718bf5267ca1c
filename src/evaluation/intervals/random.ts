/** Seeded random numbers for the bootstrap, fast enough for tens of millions. */
import { invalidArgument } from '../../native/index.js';

/**
 * Whole numbers in [0, below), the same for a seed: xoshiro128** (Blackman and Vigna, ACM Trans. Math. Softw. 47(4),
 * 2021), its state filled by the finalizer of MurmurHash3.
 * @param seed an integer in 0 … 2⁵³ − 1
 * @throws RoentgenError ERR_INVALID_ARGUMENT for another seed
 */
export function randomIntegers(seed: number): (below: number) => number {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw invalidArgument('seed', 'an integer between 0 and 9007199254740991', seed);
  }
  const low = seed | 0;
  const high = Math.floor(seed / 2 ** 32) | 0;
  let [a, b, c, d] = [mix(low), mix(high ^ 0x6a09e667), mix(low ^ 0x3c6ef372), mix(high + 1)];
  return (below) => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return Math.floor(((result >>> 0) / 2 ** 32) * below);
  };
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** Spreads the bits of a small seed, which the first numbers would show. */
function mix(value: number): number {
  let mixed = (value + 0x9e3779b9) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
