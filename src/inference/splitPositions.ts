/** Which images of a packed dataset a split stands for. */
import { splits, type PackedIndex, type Split } from '../data/index.js';
import { RoentgenError } from '../native/index.js';

/**
 * Positions of the split's images, at least one.
 * @param data as the user calls it
 * @throws RoentgenError ERR_EMPTY_DATASET naming the splits that there are
 */
export function splitPositions(index: PackedIndex, split: Split | 'all', data: string): number[] {
  const positions = [...index.names.keys()].filter(
    (position) => split === 'all' || index.splits[position] === split,
  );
  if (positions.length > 0) return positions;
  const has = splits.filter((name) => index.splits.includes(name));
  throw new RoentgenError(
    'ERR_EMPTY_DATASET',
    `${data} has no image in split ${split}; it has ${has.length > 0 ? has.join(', ') : 'no splits'}: choose one, or all.`,
  );
}
