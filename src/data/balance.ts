/** Evening out classes of unequal size: weights, and which images an epoch draws. */
import { RoentgenError } from '../native/index.js';
import { groupItems } from './collections.js';
import { shuffled, splitMix64 } from './random.js';

export const sampleModes = ['none', 'balanced', 'undersample', 'oversample'] as const;
export type SampleMode = (typeof sampleModes)[number];

/** n / (k · n_c) for each of k classes, as scikit-learn's `balanced`; 1 for a class without images. */
export function balancedWeights(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (count === 0 ? 1 : total / (counts.length * count)));
}

/**
 * As many samples of each class as are asked for, or as the smallest class has, drawn without replacement, in their
 * order. It depends on the samples and the seed alone.
 * @throws RoentgenError ERR_INVALID_ARGUMENT where a class has fewer
 */
export function drawPerClass<Labeled extends { label: number }>(
  samples: readonly Labeled[],
  perClass: number | 'smallest',
  seed: number,
): Labeled[] {
  const classes = [...groupItems(samples, ({ label }) => label).values()];
  const smallest = Math.min(...classes.map(({ length }) => length));
  const count = perClass === 'smallest' ? smallest : perClass;
  if (count > smallest) {
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      `Expected at most ${smallest} images of each class (perClass, --per-class), which is what the smallest class ` +
        `has, but received ${count}`,
    );
  }
  const drawn = new Set(classes.flatMap((members) => shuffled(members, seed).slice(0, count)));
  return samples.filter((sample) => drawn.has(sample));
}

/**
 * The positions that an epoch visits, each class's images together in no order that matters; `labels` is indexed by
 * position. It depends on the positions, (seed, epoch) and the mode alone.
 *
 * - `none`: all of them, once.
 * - `balanced`: as many as there are, drawn with replacement, each class as likely as the others.
 * - `undersample`: of each class as many as the smallest has, drawn anew every epoch.
 * - `oversample`: of each class as many as the largest has: every image the same number of times, and a part, drawn
 *   anew every epoch, once more.
 */
export function samplePositions(
  positions: readonly number[],
  labels: ArrayLike<number>,
  mode: SampleMode,
  seed: number,
  epoch: number,
): Int32Array {
  if (mode === 'none') return Int32Array.from(positions);
  const classes = [...groupItems(positions, (position) => labels[position] ?? -1)]
    .sort(([a], [b]) => a - b)
    .map(([, members]) => members);
  const next = splitMix64(seed);
  // One number of the seed's sequence for each epoch would repeat in the next seed's: this mixes both.
  const epochSeed = Number((next() ^ splitMix64(epoch)()) >> 12n);
  if (mode === 'balanced') return drawEvenly(classes, positions.length, epochSeed);
  const sizes = classes.map(({ length }) => length);
  const size = mode === 'undersample' ? Math.min(...sizes) : Math.max(...sizes);
  return Int32Array.from(classes.flatMap((members) => repeated(members, size, epochSeed)));
}

/** Each member ⌊size / length⌋ times, and some once more until there are `size`. */
function repeated(members: readonly number[], size: number, seed: number): number[] {
  const times = Math.floor(size / members.length);
  const whole = Array.from({ length: times }, () => members).flat();
  return [...whole, ...shuffled(members, seed).slice(0, size - whole.length)];
}

function drawEvenly(
  classes: readonly (readonly number[])[],
  count: number,
  seed: number,
): Int32Array {
  const next = splitMix64(seed);
  const draw = <Item>(items: readonly Item[]): Item =>
    items[Number(next() % BigInt(items.length))] as Item;
  return Int32Array.from({ length: count }, () => draw(draw(classes)));
}
