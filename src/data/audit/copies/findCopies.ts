/** Pictures that were copied: resized, encoded anew, cropped a little or mirrored. */
import type { PackedDataset } from '../../pack.js';
import type { Pacer } from '../pacer.js';
import { align, applyWarp, correlation, flipSquare, type Warp } from './alignment.js';
import { detailsOf } from './details.js';
import { HashTable, type Cut, type HashPair } from './hashSearch.js';
import { flips, hashedSize, perceptualHash, type Flip, type Hash } from './perceptualHash.js';
import { reduce, toGray, withoutPadding, type Region } from './thumbnail.js';

/** Two pictures of which one is a copy of the other, or both of a third. */
export interface Copy {
  /** Positions; `a` < `b`. */
  a: number;
  b: number;
  /** What was done to one to make the other, beside cropping and encoding. */
  flip: Flip;
  /** Correlation of details once one lies on the other, in 0 … 1. */
  similarity: number;
}

/**
 * From this similarity on two pictures are one. Measured on 6,856 radiographs at 128 × 128, with planted copies:
 * encoded anew, resized, mirrored or cropped by 5% on all sides, 99% of copies reach 0.97; different chests reach
 * 0.91, other exposures of one chest 0.95. Phantoms of different patients reach 0.94.
 */
export const sameFrom = 0.955;

/** What a pair must reach to be looked at more closely; each is below what 99% of cropped copies have. */
const stages = {
  /** Bits of 64 that may differ. */
  hash: 11,
  /** Correlation at 16 × 16, unaligned and after two steps of alignment. */
  coarse: 0.78,
  coarselyAligned: 0.9,
  /** At 32 × 32 after four more steps. */
  finelyAligned: 0.87,
};

const coarseSize = 16;
const sharpSize = 64;

/** Of the sharp pictures, in pixels. */
const rim = 4;

/** Of the edge, on every side: halfway to the largest crop that is looked for, and a bit. */
const margin = 0.03;

/** What part of the picture's edge a cut keeps. */
const extents: Readonly<Record<Cut, number>> = { whole: 1, inner: 1 - 2 * margin };

const unmoved: Warp = { shiftX: 0, shiftY: 0, scaleX: 1, scaleY: 1 };

/** What a picture is compared by. */
interface Print {
  hashes: Record<Cut, Hash>;
  coarse: Record<Cut, Float32Array>;
  fine: Float32Array;
}

/** Packed images as one list; all of one format. */
export interface Pictures {
  format: PackedDataset['index']['format'];
  read: (position: number) => Uint8Array;
}

/**
 * The copies among `positions`. Of pictures that hang together over copies already found not every pair is
 * looked at, so that a picture that is there a hundred times gives 99 pairs at least and not always 4,950.
 */
export async function findCopies(
  pictures: Pictures,
  positions: readonly number[],
  pacer: Pacer,
): Promise<Copy[]> {
  const prints: Print[] = [];
  for (const position of positions) {
    prints.push(takePrint(pictures, position));
    await pacer.breathe();
  }
  const table = new HashTable(prints.map(({ hashes }) => hashes));
  const clusters = new Clusters(positions.length);
  const copies: Copy[] = [];
  for (const [row, print] of prints.entries()) {
    await pacer.breathe();
    const mirrored = mirrors(print);
    for (const pair of table.after(row, stages.hash)) {
      const other = prints[pair.b];
      if (other === undefined || clusters.joined(row, pair.b)) continue;
      const warp = alignCoarsely(mirrored(pair.flip), other, pair);
      if (warp === undefined) continue;
      await pacer.breathe();
      const [a = 0, b = 0] = [positions[row], positions[pair.b]];
      const similarity = alignSharply(pictures, { a, b, flip: pair.flip }, warp);
      if (similarity < sameFrom) continue;
      copies.push({ a, b, flip: pair.flip, similarity });
      clusters.join(row, pair.b);
    }
  }
  return copies;
}

function takePrint(pictures: Pictures, position: number): Print {
  const square = thumbnail(pictures, position);
  const plane = { values: square, height: sharpSize, width: sharpSize };
  const cut = (region: Region): { hash: Hash; fine: Float32Array; coarse: Float32Array } => {
    const fine = detailsOf(reduce(plane, region, hashedSize), hashedSize, 2);
    const coarse = detailsOf(reduce(plane, region, coarseSize), coarseSize, 2);
    return { hash: perceptualHash(fine), fine, coarse };
  };
  const [from, to] = [margin * sharpSize, (1 - margin) * sharpSize];
  const whole = cut({ top: 0, bottom: sharpSize, left: 0, right: sharpSize });
  const middle = cut({ top: from, bottom: to, left: from, right: to });
  return {
    hashes: { whole: whole.hash, inner: middle.hash },
    coarse: { whole: whole.coarse, inner: middle.coarse },
    fine: whole.fine,
  };
}

function thumbnail({ format, read }: Pictures, position: number): Float32Array {
  const { channels, height, width, fit } = format;
  const plane = { values: toGray(read(position), channels), height, width };
  const region = fit === 'contain' ? withoutPadding(plane) : undefined;
  return reduce(plane, region ?? { top: 0, bottom: height, left: 0, right: width }, sharpSize);
}

/** The flips of one picture, each made when it is asked for. */
function mirrors(print: Print): (flip: Flip) => Omit<Print, 'hashes'> {
  const made = new Map<Flip, Omit<Print, 'hashes'>>(flips.slice(0, 1).map((flip) => [flip, print]));
  return (flip) => {
    const found = made.get(flip);
    if (found !== undefined) return found;
    const mirrored = {
      coarse: {
        whole: flipSquare(print.coarse.whole, coarseSize, flip),
        inner: flipSquare(print.coarse.inner, coarseSize, flip),
      },
      fine: flipSquare(print.fine, hashedSize, flip),
    };
    made.set(flip, mirrored);
    return mirrored;
  };
}

/** How `other` lies on `print`; undefined as soon as it is clear that it does not. */
function alignCoarsely(
  print: Omit<Print, 'hashes'>,
  other: Print,
  { cuts: [own, others] }: HashPair,
): Warp | undefined {
  const [target, image] = [print.coarse[own], other.coarse[others]];
  if (correlation(target, image) < stages.coarse) return undefined;
  const coarse = align(target, image, coarseSize, unmoved, 2);
  if (fit(target, image, coarseSize, coarse) < stages.coarselyAligned) return undefined;
  const start = betweenWholes(coarse, extents[own], extents[others]);
  const fine = align(print.fine, other.fine, hashedSize, start, 4);
  return fit(print.fine, other.fine, hashedSize, fine) < stages.finelyAligned ? undefined : fine;
}

function fit(target: Float32Array, image: Float32Array, size: number, warp: Warp): number {
  return correlation(target, applyWarp(image, size, warp));
}

/** A warp between cuts of two pictures as one between the pictures. */
function betweenWholes(
  { shiftX, shiftY, scaleX, scaleY }: Warp,
  own: number,
  others: number,
): Warp {
  return {
    shiftX: others * shiftX,
    shiftY: others * shiftY,
    scaleX: (others * scaleX) / own,
    scaleY: (others * scaleY) / own,
  };
}

/** How alike two pictures are at full sharpness. */
function alignSharply(
  pictures: Pictures,
  { a, b, flip }: Pick<Copy, 'a' | 'b' | 'flip'>,
  start: Warp,
): number {
  const details = (position: number): Float32Array =>
    detailsOf(thumbnail(pictures, position), sharpSize, 4);
  const target = flipSquare(details(a), sharpSize, flip);
  const image = details(b);
  const warp = align(target, image, sharpSize, start, 3);
  return correlation(target, applyWarp(image, sharpSize, warp, rim));
}

/** Which positions hang together. */
export class Clusters {
  private readonly parents: number[];

  constructor(count: number) {
    this.parents = Array.from({ length: count }, (_, at) => at);
  }

  join(a: number, b: number): void {
    this.parents[this.find(a)] = this.find(b);
  }

  joined(a: number, b: number): boolean {
    return this.find(a) === this.find(b);
  }

  /** One number for all that hang together. */
  find(at: number): number {
    let root = at;
    for (;;) {
      const parent = this.parents[root] ?? root;
      if (parent === root) break;
      this.parents[root] = this.parents[parent] ?? parent;
      root = parent;
    }
    return root;
  }
}
