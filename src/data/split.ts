/** Dividing samples into train, val and test without parting a patient. */
import { RoentgenError, invalidArgument } from '../native/index.js';
import { countValues, groupItems } from './collections.js';
import { compareCodeUnits } from './files.js';
import { shuffled } from './random.js';
import { splits } from './types.js';
import type { Sample, Split } from './types.js';

const splitWords: ReadonlyMap<string, Split> = new Map([
  ...splits.map((split) => [split, split] as const),
  ['valid', 'val'],
  ['validation', 'val'],
]);

/**
 * The split that a folder or a manifest's cell names, in upper or lower case; undefined where it
 * names none.
 */
export function parseSplit(word: string): Split | undefined {
  return splitWords.get(word.toLowerCase());
}

export interface SplitFractions {
  /** Share of the images of each class, 0 … 1; default 0. */
  val?: number | undefined;
  test?: number | undefined;
}

/** Which shares of the images the splits get. */
export interface SplitOptions {
  /** What is left goes to `train`, and something must be left. */
  fractions: SplitFractions;
  /**
   * An integer in 0 … 2⁵³ − 1; the same seed and samples give the same splits, in whatever order
   * they come.
   */
  seed: number;
}

/**
 * One split per sample, stratified by label; no group is ever in two.
 *
 * Groups are taken in random order (SplitMix64 from `seed`), those first that are larger than the
 * smallest split is to be. Each is put where it leaves the smallest sum of squared deficits, a
 * deficit being the images of a class that a split still lacks. Where each group holds one class, a
 * split gets of a class at most its share plus the largest group, and at least its share minus two
 * of them.
 * @throws RoentgenError ERR_INVALID_ARGUMENT; ERR_EMPTY_DATASET where a split would stay empty
 */
export function splitByGroup(
  samples: readonly Pick<Sample, 'label' | 'group'>[],
  options: SplitOptions,
): Split[] {
  const totals = countLabels(samples);
  const needs = readShares(options.fractions).map(({ split, share }): Need => {
    const deficits = new Map([...totals].map(([label, count]) => [label, count * share]));
    return { split, share, deficits };
  });

  const splitOf = new Map<string, Split>();
  for (const { group, counts } of orderGroups(samples, options.seed, needs)) {
    const { split, deficits } = neediest(needs, counts);
    splitOf.set(group, split);
    for (const [label, count] of counts) deficits.set(label, (deficits.get(label) ?? 0) - count);
  }
  refuseEmpty(needs, splitOf, samples.length);
  return samples.map((sample) => splitOf.get(sample.group) ?? 'train');
}

interface Group {
  group: string;
  counts: LabelCounts;
}

type LabelCounts = ReadonlyMap<number, number>;

function countLabels(samples: readonly Pick<Sample, 'label'>[]): LabelCounts {
  return countValues(samples.map((sample) => sample.label));
}

/**
 * At random, but a group that fills the smallest split by itself must come while the others have
 * room for it.
 */
function orderGroups(
  samples: readonly Pick<Sample, 'label' | 'group'>[],
  seed: number,
  needs: readonly Need[],
): Group[] {
  const groups = [...groupItems(samples, (sample) => sample.group)]
    .sort(([a], [b]) => compareCodeUnits(a, b))
    .map(([group, members]): Group => ({ group, counts: countLabels(members) }));
  const isLarge = ({ counts }: Group): boolean =>
    needs.some(({ deficits }) =>
      [...counts].some(([label, count]) => count > (deficits.get(label) ?? 0)),
    );
  const order = shuffled(groups, seed).map((group) => ({ group, large: isLarge(group) }));
  return order.sort((a, b) => Number(b.large) - Number(a.large)).map(({ group }) => group);
}

interface Need {
  split: Split;
  share: number;
  /** By label, in images. */
  deficits: Map<number, number>;
}

/**
 * Where a group of these label counts takes most off the sum of squared deficits: the largest
 * scalar product.
 */
function neediest(needs: readonly Need[], counts: LabelCounts): Need {
  const gain = ({ deficits }: Need): number =>
    [...counts].reduce((sum, [label, count]) => sum + count * (deficits.get(label) ?? 0), 0);
  return needs.reduce((best, need) => (gain(need) > gain(best) ? need : best));
}

/** @throws RoentgenError ERR_EMPTY_DATASET where a split that was to get a share got no group */
export function refuseEmpty(
  needs: readonly { split: Split; share: number }[],
  splitOf: ReadonlyMap<string, Split>,
  images: number,
): void {
  const filled = new Set(splitOf.values());
  const empty = needs.find(({ split }) => !filled.has(split));
  if (empty === undefined) return;
  const share = `${Math.round(empty.share * 100)}% of ${images} images`;
  throw new RoentgenError(
    'ERR_EMPTY_DATASET',
    `The ${empty.split} split would be empty: ${share}, in groups that cannot be cut (${splitOf.size} in all). ` +
      'Ask for a larger share, or give more groups.',
  );
}

/**
 * The splits that get a share, `train` last: in a tie the smaller split comes first.
 * @throws RoentgenError ERR_INVALID_ARGUMENT
 */
export function readShares({
  val = 0,
  test = 0,
}: SplitFractions): { split: Split; share: number }[] {
  for (const [name, fraction] of Object.entries({ val, test })) {
    if (!(fraction >= 0 && fraction < 1)) {
      throw invalidArgument(`fractions.${name}`, 'a number from 0 up to, but not, 1', fraction);
    }
  }
  if (val + test >= 1) {
    throw invalidArgument('fractions', 'val and test to leave something for train', val + test);
  }
  const shares: { split: Split; share: number }[] = [
    { split: 'val', share: val },
    { split: 'test', share: test },
    { split: 'train', share: 1 - val - test },
  ];
  return shares.filter(({ share }) => share > 0);
}
