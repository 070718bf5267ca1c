/** All pairs of hashes that are near each other, by comparing each with each. */
import { flipMasks, flips, type Flip, type Hash } from './perceptualHash.js';

/** How each picture was hashed: `whole`, and `inner` without a margin, as a cropped copy would look. */
export type Cut = 'whole' | 'inner';

export interface HashPair {
  /** Position in the table; `a` < `b`. */
  a: number;
  b: number;
  /** What is done to `a` to make it like `b`. */
  flip: Flip;
  /** Which cut of `a`, and which of `b`, are near. */
  cuts: readonly [Cut, Cut];
  /** Bits that differ, of 64. */
  distance: number;
}

/** An inner cut is never compared with another: the whole pictures would be as near. */
const combinations: readonly (readonly [Cut, Cut])[] = [
  ['whole', 'whole'],
  ['whole', 'inner'],
  ['inner', 'whole'],
];

/** 6,000 pictures are 18 million pairs of twelve comparisons each: one second, and nothing is missed. */
export class HashTable {
  private readonly words: Readonly<Record<Cut, Uint32Array>>;
  readonly size: number;

  constructor(hashes: readonly Readonly<Record<Cut, Hash>>[]) {
    const pack = (cut: Cut): Uint32Array => Uint32Array.from(hashes.flatMap((hash) => hash[cut]));
    this.words = { whole: pack('whole'), inner: pack('inner') };
    this.size = hashes.length;
  }

  /**
   * The pairs of picture `a` with later ones that differ in at most `distance` bits; for each flip
   * the nearest cuts only.
   */
  after(a: number, distance: number): HashPair[] {
    const pairs: HashPair[] = [];
    for (const [number, flip] of flips.entries()) {
      const [maskLow = 0, maskHigh = 0] = flipMasks[number] ?? [];
      const wanted = combinations.map((cuts) => {
        const own = this.words[cuts[0]];
        return {
          cuts,
          low: (own[2 * a] ?? 0) ^ maskLow,
          high: (own[2 * a + 1] ?? 0) ^ maskHigh,
          others: this.words[cuts[1]],
        };
      });
      const nearest = new Map<number, HashPair>();
      for (const { cuts, low, high, others } of wanted) {
        for (let b = a + 1; b < this.size; b += 1) {
          const bits =
            countBits(low ^ (others[2 * b] ?? 0)) + countBits(high ^ (others[2 * b + 1] ?? 0));
          if (bits > distance) continue;
          if (bits < (nearest.get(b)?.distance ?? Infinity)) {
            nearest.set(b, { a, b, flip, cuts, distance: bits });
          }
        }
      }
      pairs.push(...nearest.values());
    }
    return pairs;
  }
}

/** Of 32 (Warren, Hacker's Delight, 5-1). */
function countBits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
