/** The patient-cluster bootstrap: intervals of any figures, by drawing whole patients with replacement. */
import { invalidArgument } from '../../native/index.js';
import { quantile } from '../arrays.js';
import { normalCdf, normalQuantile } from './normal.js';
import { randomIntegers } from './random.js';
import { t95 } from './studentT.js';

export const defaultDraws = 2000;

const none = new Float64Array();

/** Below this the quantiles at 2.5% rest on a draw or two. */
const fewestDraws = 100;

/** Leaving out one block of patients at a time; more blocks would hardly change the acceleration. */
const mostBlocks = 500;

/** Which images are of the same patient. */
export interface Grouping {
  /** The group of each image, [N], each in [0, count). */
  groupOf: Int32Array;
  count: number;
}

/** @param groups the patient of each image, [N]; an image with '' is a group of its own; default all are */
export function groupImages(images: number, groups?: readonly string[]): Grouping {
  if (groups !== undefined && groups.length !== images) {
    throw invalidArgument('groups', `${images} groups, one for each image,`, groups.length);
  }
  const numbers = new Map<string, number>();
  let count = 0;
  const groupOf = Int32Array.from({ length: images }, (_, image) => {
    const name = groups?.[image] ?? '';
    const known = name === '' ? undefined : numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, count);
    count += 1;
    return count - 1;
  });
  return { groupOf, count };
}

/** Writes figures of the images, each counted `weights[image]` times, to `out`; NaN where one is undefined. */
export type WeightedEvaluation = (weights: Int32Array, out: Float64Array) => void;

export interface BootstrapOptions {
  /** At least 100. */
  draws: number;
  /** An integer in 0 … 2⁵³ − 1; the same one gives the same intervals. */
  seed: number;
}

/**
 * The 95% interval of each figure, bias-corrected and accelerated (BCa; Efron, J. Am. Stat. Assoc. 82, 171, 1987), its
 * levels widened for few groups (Hesterberg, Am. Stat. 69, 371, 2015): plain percentiles cover too little where a
 * figure is skewed or, as the average precision, biased in small samples. Draws in which a figure is undefined do not
 * count for it. Null where there are fewer than two groups, or the figure is undefined. A figure that no draw changes,
 * 1 where every answer is right, has an interval without width: the bootstrap cannot know of errors that it has not
 * seen.
 * @param size how many figures `evaluate` writes
 * @throws RoentgenError ERR_INVALID_ARGUMENT for `draws` or `seed` out of range
 */
export function bootstrapIntervals(
  { groupOf, count }: Grouping,
  size: number,
  evaluate: WeightedEvaluation,
  { draws, seed }: BootstrapOptions,
): ([low: number, high: number] | null)[] {
  const random = randomIntegers(seed);
  const { groupWeights, collect } = reweighting({ groupOf, count }, size, evaluate);
  const whole = collect(1, () => groupWeights.fill(1));
  const drawn = drawFigures({ groupWeights, collect }, draws, random);
  const blocks = Math.min(count, mostBlocks);
  const blockOf = shuffledBlocks(count, blocks, random);
  const leftOut = collect(blocks, (block) => {
    for (let group = 0; group < count; group += 1) {
      groupWeights[group] = blockOf[group] === block ? 0 : 1;
    }
  });
  if (count < 2) return whole.map(() => null);
  // The spread of draws is that of a variance divided by n, not n − 1, and a normal quantile takes it for known.
  const reach = t95(count - 1) * Math.sqrt(count / (count - 1));
  return whole.map(([value = NaN], figure) =>
    Number.isNaN(value)
      ? null
      : interval(value, drawn[figure] ?? none, acceleration(leftOut[figure] ?? none), reach),
  );
}

/**
 * What `evaluate` writes for each draw of patients with replacement: for each figure its values, NaN where a draw leaves
 * it undefined. For what intervals do not say, such as one-sided bounds.
 * @throws RoentgenError as `bootstrapIntervals`
 */
export function bootstrapDraws(
  grouping: Grouping,
  size: number,
  evaluate: WeightedEvaluation,
  { draws, seed }: BootstrapOptions,
): Float64Array[] {
  return drawFigures(reweighting(grouping, size, evaluate), draws, randomIntegers(seed));
}

/** Groups that count several times or not at all, and the figures under such weights. */
interface Reweighting {
  groupWeights: Int32Array;
  /** Figures under each setting that `set` gives to `groupWeights`: for each figure, one value a setting. */
  collect: (settings: number, set: (index: number) => void) => Float64Array[];
}

function reweighting(
  { groupOf, count }: Grouping,
  size: number,
  evaluate: WeightedEvaluation,
): Reweighting {
  const out = new Float64Array(size);
  const weights = new Int32Array(groupOf.length);
  const groupWeights = new Int32Array(count);
  return {
    groupWeights,
    collect: (settings, set) => {
      const columns = Array.from({ length: size }, () => new Float64Array(settings));
      for (let index = 0; index < settings; index += 1) {
        set(index);
        for (let image = 0; image < weights.length; image += 1) {
          weights[image] = groupWeights[groupOf[image] ?? 0] ?? 0;
        }
        evaluate(weights, out);
        columns.forEach((column, figure) => {
          column[index] = out[figure] ?? NaN;
        });
      }
      return columns;
    },
  };
}

function drawFigures(
  { groupWeights, collect }: Reweighting,
  draws: number,
  random: (below: number) => number,
): Float64Array[] {
  if (!Number.isInteger(draws) || draws < fewestDraws) {
    throw invalidArgument('draws', `an integer of at least ${fewestDraws}`, draws);
  }
  return collect(draws, () => {
    groupWeights.fill(0);
    for (let drawing = 0; drawing < groupWeights.length; drawing += 1) {
      const group = random(groupWeights.length);
      groupWeights[group] = (groupWeights[group] ?? 0) + 1;
    }
  });
}

/** The block of each group: equally many in each but for one, at random. */
function shuffledBlocks(
  count: number,
  blocks: number,
  random: (below: number) => number,
): Int32Array {
  const blockOf = Int32Array.from({ length: count }, (_, group) => group % blocks);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = random(last + 1);
    const moved = blockOf[last] ?? 0;
    blockOf[last] = blockOf[other] ?? 0;
    blockOf[other] = moved;
  }
  return blockOf;
}

/** A sixth of the skewness of the jackknife's influence values. */
function acceleration(leftOut: Float64Array): number {
  const values = leftOut.filter((value) => !Number.isNaN(value));
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  let [squares, cubes] = [0, 0];
  for (const value of values) {
    squares += (mean - value) ** 2;
    cubes += (mean - value) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** @param reach standard errors to either side that a normal figure's interval would have */
function interval(
  value: number,
  drawn: Float64Array,
  skew: number,
  reach: number,
): [low: number, high: number] | null {
  const sorted = drawn.filter((draw) => !Number.isNaN(draw)).sort();
  if (sorted.length === 0) return null;
  let below = 0;
  for (const draw of sorted) below += draw < value ? 1 : draw === value ? 0.5 : 0;
  // Of n draws none below the value says no more than that fewer than one in n is.
  const share = Math.min(Math.max(below, 0.5), sorted.length - 0.5) / sorted.length;
  const bias = normalQuantile(share);
  const level = (z: number): number => {
    const bend = 1 - skew * (bias + z);
    // With few and skewed groups the correction may pass its pole: nothing is too far then.
    return bend > 0 ? normalCdf(bias + (bias + z) / bend) : z < 0 ? 0 : 1;
  };
  // A figure whose draws nearly all lie to one side, as the calibration error's, may be passed by its own correction.
  return [
    Math.min(value, quantile(sorted, level(-reach))),
    Math.max(value, quantile(sorted, level(reach))),
  ];
}
