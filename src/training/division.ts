/** Which images a run's settings have it learn from, choose on and leave alone. */
import { listImages, type ImageUse, type ListedImage } from '../checksums/index.js';
import { samplesOf, selectSplits, type PackedIndex, type SplitSelection } from '../data/index.js';
import { keepOnly } from './only.js';
import type { ResolvedSettings } from './options.js';

/**
 * The same for the same images and settings, whenever it is asked.
 * @throws RoentgenError as `selectSplits` and `keepOnly`
 */
export function divideImages(
  index: Pick<PackedIndex, 'names' | 'labels' | 'groups' | 'splits' | 'classes'>,
  settings: Pick<ResolvedSettings, 'valFraction' | 'selectOn' | 'seed' | 'only'>,
): SplitSelection {
  const { valFraction, selectOn, seed } = settings;
  const samples = samplesOf(index);
  const selection = selectSplits({ samples }, { valFraction, selectOn, seed });
  return keepOnly(selection, index, settings);
}

/** Every image of the data with what the division makes of it. */
export function listUses(index: PackedIndex, selection: SplitSelection): ListedImage[] {
  const uses = usesOf(selection);
  return listImages(index, (position) => uses.get(position) ?? 'unused');
}

/** By position; an image that is in none of the three is unused. */
export function usesOf({ train, validation, test }: SplitSelection): Map<number, ImageUse> {
  const parts = { train, validation, test };
  return new Map(
    Object.entries(parts).flatMap(([use, positions]) =>
      positions.map((position) => [position, use as ImageUse] as const),
    ),
  );
}
