/** Finding patients and images that stand in more than one split. */
import { invalidArgument } from '../native/index.js';
import { countValues, groupItems } from './collections.js';
import { splits } from './types.js';
import type { Problem, Sample } from './types.js';

type Placed = Pick<Sample, 'name' | 'group' | 'split'>;

/**
 * One ERR_SPLIT_LEAK for each group, and for each image, that is in more than one split. Images are
 * compared where `hashes` (one per sample, of the files' bytes) are given. Samples without a split
 * are left out.
 * @throws RoentgenError ERR_INVALID_ARGUMENT where there are not as many hashes as samples
 */
export function checkSplits(samples: readonly Placed[], hashes?: readonly string[]): Problem[] {
  if (hashes !== undefined && hashes.length !== samples.length) {
    throw invalidArgument('hashes', `one for each of ${samples.length} samples`, hashes.length);
  }
  const byGroup = groupItems(samples, (sample) => sample.group);
  const groupLeaks = [...byGroup].flatMap(([group, members]) =>
    describeLeak(members, (places) => `group ${group} is in more than one split: ${places}`),
  );
  if (hashes === undefined) return groupLeaks;

  const byImage = groupItems(samples.entries(), ([position]) => hashes[position]);
  const imageLeaks = [...byImage.values()].flatMap((entries) => {
    const copies = entries.map(([, sample]) => sample);
    const names = copies.map((sample) => sample.name).join(', ');
    return describeLeak(copies, () => `the same image is in more than one split: ${names}`);
  });
  return [...groupLeaks, ...imageLeaks];
}

/** A leak belongs to the first sample of the latest of its splits: that is the one to take out. */
function describeLeak(samples: readonly Placed[], message: (places: string) => string): Problem[] {
  const counts = countValues(samples.map((sample) => sample.split));
  const places = splits.filter((split) => counts.has(split));
  const sample = samples.find(({ split }) => split === places.at(-1));
  if (sample === undefined || places.length < 2) return [];
  const text = places.map((split) => `${counts.get(split) ?? 0} in ${split}`).join(', ');
  return [{ file: sample.name, code: 'ERR_SPLIT_LEAK', message: message(text) }];
}
