/** How far an area under the ROC curve may be from the true one, when patients are drawn anew. */
import { setImmediate } from 'node:timers/promises';
import { invalidArgument } from '../native/index.js';

const draws = 2000;
/** Draws between two breaths of the event loop: some milliseconds at a thousand images. */
const drawsPerTurn = 100;

export interface ScoredImages {
  /** Row-major [N, classes]. */
  probabilities: ArrayLike<number>;
  /** [N] */
  labels: ArrayLike<number>;
  /** [N] patients. */
  groups: readonly string[];
  classes: number;
}

/**
 * The AUROC of each of 2,000 bootstrap samples of patients, ascending: of two classes that of the second, of more the
 * mean over the classes that occur, one against the rest. Empty where it is undefined. Seeded.
 */
export async function bootstrapAuroc(images: ScoredImages, seed: number): Promise<Float64Array> {
  const { groups, classes } = images;
  const names = [...new Set(groups)];
  const numbers = new Map(names.map((name, number) => [name, number]));
  const groupOf = Int32Array.from(groups, (name) => numbers.get(name) ?? 0);
  const rankings = (classes === 2 ? [1] : [...Array(classes).keys()]).map((position) =>
    rankBy(images, position),
  );
  const random = generator(seed);
  const weights = new Int32Array(groups.length);
  const areas: number[] = [];
  for (let draw = 0; draw < draws; draw += 1) {
    if (draw % drawsPerTurn === 0) await setImmediate();
    const counts = new Int32Array(names.length);
    for (let pick = 0; pick < names.length; pick += 1) {
      const group = Math.floor(random() * names.length);
      counts[group] = (counts[group] ?? 0) + 1;
    }
    for (let row = 0; row < weights.length; row += 1) {
      weights[row] = counts[groupOf[row] ?? 0] ?? 0;
    }
    const defined = rankings.flatMap((ranking) => areaOf(ranking, weights) ?? []);
    if (defined.length > 0) areas.push(defined.reduce((sum, area) => sum + area) / defined.length);
  }
  return Float64Array.from(areas).sort();
}

/** The value below which `share` of ascending values lie, interpolated; null of none. */
export function quantile(ascending: Float64Array, share: number): number | null {
  if (!(share >= 0 && share <= 1)) throw invalidArgument('share', 'a number from 0 to 1', share);
  const place = share * (ascending.length - 1);
  const [below, above] = [ascending[Math.floor(place)], ascending[Math.ceil(place)]];
  if (below === undefined || above === undefined) return null;
  return below + (above - below) * (place - Math.floor(place));
}

/** The images in ascending order of one class's probability. */
interface Ranking {
  order: readonly number[];
  /** Whether the image at this place has the same probability as the next. */
  tied: readonly boolean[];
  positive: readonly boolean[];
}

function rankBy(
  { probabilities, labels, groups, classes }: ScoredImages,
  position: number,
): Ranking {
  const score = (row: number): number => probabilities[row * classes + position] ?? 0;
  const order = [...groups.keys()].sort((a, b) => score(a) - score(b));
  return {
    order,
    tied: order.map((row, place) => {
      const next = order[place + 1];
      return next !== undefined && score(next) === score(row);
    }),
    positive: order.map((row) => labels[row] === position),
  };
}

/** Null where one side has no weight. A tie counts half (Mann and Whitney 1947). */
function areaOf({ order, tied, positive }: Ranking, weights: Int32Array): number | null {
  let [positives, negatives, pairs] = [0, 0, 0];
  let [positivesHere, negativesHere] = [0, 0];
  for (let place = 0; place < order.length; place += 1) {
    const weight = weights[order[place] ?? 0] ?? 0;
    if (positive[place] === true) positivesHere += weight;
    else negativesHere += weight;
    if (tied[place] === true) continue;
    pairs += positivesHere * (negatives + negativesHere / 2);
    positives += positivesHere;
    negatives += negativesHere;
    [positivesHere, negativesHere] = [0, 0];
  }
  return positives === 0 || negatives === 0 ? null : pairs / (positives * negatives);
}

/** Numbers in [0, 1): mulberry32, which is quick and good enough to draw patients. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
