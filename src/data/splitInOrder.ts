/** Dividing samples by the order of their patients' names, as in time, without parting a patient. */
import { countValues, groupItems } from './collections.js';
import { compareCodeUnits } from './files.js';
import { readShares, refuseEmpty, type SplitFractions } from './split.js';
import type { Sample, Split } from './types.js';

/** Which shares of the images the splits get, and from which end. */
export interface OrderedSplitOptions {
  /** What is left goes to `train`, and something must be left. */
  fractions: SplitFractions;
  /**
   * The end that is held out. `test` lies outermost, `val` between it and `train`: with `last`, and
   * numbers that grow with time, the temporal validation of TRIPOD.
   */
  heldOut: 'first' | 'last';
}

const collator = new Intl.Collator('en', { numeric: true });

function naturally(a: string, b: string): number {
  return collator.compare(a, b) || compareCodeUnits(a, b);
}

/**
 * One split per sample, by class in the natural order of the groups' names, in which numbers count
 * by their value; no group is ever in two. A group of several classes counts as the one that most
 * of its images have. A group lies where its middle image does, so that a split gets of a class its
 * share plus or minus half the groups at its borders.
 * @throws RoentgenError ERR_INVALID_ARGUMENT; ERR_EMPTY_DATASET where a split would stay empty
 */
export function splitInOrder(
  samples: readonly Pick<Sample, 'label' | 'group'>[],
  { fractions, heldOut }: OrderedSplitOptions,
): Split[] {
  const shares = readShares(fractions);
  const { val = 0, test = 0 } = fractions;
  const splitAt = (position: number): Split =>
    position < test ? 'test' : position < test + val ? 'val' : 'train';
  const groups = [...groupItems(samples, ({ group }) => group)]
    .map(([group, members]) => ({ group, size: members.length, label: mainLabel(members) }))
    .sort((a, b) => naturally(a.group, b.group));
  if (heldOut === 'last') groups.reverse();

  const splitOf = new Map<string, Split>();
  for (const members of groupItems(groups, ({ label }) => label).values()) {
    const total = members.reduce((sum, { size }) => sum + size, 0);
    let before = 0;
    for (const { group, size } of members) {
      splitOf.set(group, splitAt((before + size / 2) / total));
      before += size;
    }
  }
  refuseEmpty(shares, splitOf, samples.length);
  return samples.map(({ group }) => splitOf.get(group) ?? 'train');
}

function mainLabel(members: readonly Pick<Sample, 'label'>[]): number {
  const counts = [...countValues(members.map(({ label }) => label))];
  const [label] = counts.reduce((most, entry) =>
    entry[1] > most[1] || (entry[1] === most[1] && entry[0] < most[0]) ? entry : most,
  );
  return label;
}
