/** Finding patients that stand in more than one split. */
import { countValues, groupItems } from './collections.js';
import { splits } from './types.js';
import type { Problem, Sample } from './types.js';

/**
 * One ERR_SPLIT_LEAK for each group that is in more than one split, with the first sample of the latest of them: the
 * one to take out. Samples without a split are left out. Copies of images are found by `auditData`.
 */
export function checkSplits(
  samples: readonly Pick<Sample, 'name' | 'group' | 'split'>[],
): Problem[] {
  const byGroup = groupItems(samples, (sample) => sample.group);
  return [...byGroup].flatMap(([group, members]): Problem[] => {
    const counts = countValues(members.map((sample) => sample.split));
    const places = splits.filter((split) => counts.has(split));
    const sample = members.find(({ split }) => split === places.at(-1));
    if (sample === undefined || places.length < 2) return [];
    const text = places.map((split) => `${counts.get(split) ?? 0} in ${split}`).join(', ');
    const message = `group ${group} is in more than one split: ${text}`;
    return [{ file: sample.name, code: 'ERR_SPLIT_LEAK', message }];
  });
}
