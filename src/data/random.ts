/** Seeded random numbers for splits: SplitMix64, so that any language can repeat them. */
import { invalidArgument } from '../native/index.js';

const mask64 = (1n << 64n) - 1n;

/**
 * SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014),
 * with the constants of Vigna's reference code. Each call gives the next number in 0 … 2⁶⁴ − 1.
 * Throws ERR_INVALID_ARGUMENT where `seed` is not an integer in 0 … 2⁵³ − 1.
 */
export function splitMix64(seed: number): () => bigint {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw invalidArgument('seed', 'an integer between 0 and 9007199254740991', seed);
  }
  let state = BigInt(seed);
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & mask64;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask64;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask64;
    return z ^ (z >> 31n);
  };
}

/** A shuffled copy, in the order of one random number per item: same seed and items, same order. */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const next = splitMix64(seed);
  // SplitMix64 repeats no number within a seed, so there are no ties.
  const keyed = items.map((item) => ({ item, key: next() }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item);
}
