/** Seeded random numbers and smooth noise for drawing: the same on every machine. */

/** Mixes an integer to 32 well-spread bits: the finalizer of MurmurHash3 (Appleby, public domain). */
function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** One 32-bit seed from several integers, each in its place. */
export function combineSeeds(...parts: readonly number[]): number {
  return parts.reduce((seed, part) => mix(Math.imul(seed, 31) + mix(part + 0x9e3779b9)), 0);
}

/** The numbers of one patient, image or purpose: Mulberry32 (Ettinger, public domain). */
export class Random {
  #state: number;
  #spare: number | undefined;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Normal with mean 0 and deviation 1: the polar method (Marsaglia and Bray 1964), which makes two at a time. */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.next() - 1;
      const y = 2 * this.next() - 1;
      const squared = x * x + y * y;
      if (squared >= 1 || squared === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(squared)) / squared);
      this.#spare = y * factor;
      return x * factor;
    }
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** −1 or 1. */
  side(): -1 | 1 {
    return this.chance(0.5) ? -1 : 1;
  }
}

/** 0 below 0, 1 above 1, smooth between. */
export function smoothStep(t: number): number {
  if (t <= 0) return 0;
  return t >= 1 ? 1 : t * t * (3 - 2 * t);
}

/** From 0 to 1 while `distance` goes from −softness to softness: an edge that a detector has blurred. */
export function edge(distance: number, softness: number): number {
  return smoothStep(0.5 + (0.5 * distance) / softness);
}

/** `Math.hypot` without its care for overflow, ten times as fast. */
export function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

function lattice(seed: number, column: number, row: number): number {
  return mix(Math.imul(column, 0x1f1f1f1f) ^ Math.imul(row, 0x5bd1e995) ^ seed) / 2 ** 32;
}

/** Value noise in [0, 1] with features of size 1. */
export function valueNoise(seed: number, x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const across = smoothStep(x - column);
  const down = smoothStep(y - row);
  const above = lattice(seed, column, row) * (1 - across) + lattice(seed, column + 1, row) * across;
  const below =
    lattice(seed, column, row + 1) * (1 - across) + lattice(seed, column + 1, row + 1) * across;
  return above * (1 - down) + below * down;
}

/** Three octaves of value noise, in [0, 1]. */
export function cloud(seed: number, x: number, y: number): number {
  const coarse = valueNoise(seed, x, y);
  const middle = valueNoise(seed + 1, 2 * x, 2 * y);
  return (4 * coarse + 2 * middle + valueNoise(seed + 2, 4 * x, 4 * y)) / 7;
}
