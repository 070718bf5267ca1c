/** Copies of one image as one group, so that no split parts them. */
import type { Audit } from './types.js';

const copyChecks: ReadonlySet<string> = new Set(['exactDuplicates', 'nearDuplicates']);

/**
 * The same samples, with the groups of images that an audit of their source calls copies of one another made one. Groups
 * are joined whole: where two patients share an image, all of theirs stay together.
 */
export function joinCopies<Grouped extends { name: string; group: string }>(
  samples: readonly Grouped[],
  { findings }: Pick<Audit, 'findings'>,
): Grouped[] {
  const groups = new Map(samples.map(({ name, group }) => [name, group]));
  const parents = new Map<string, string>();
  const rootOf = (group: string): string => {
    const parent = parents.get(group);
    return parent === undefined ? group : rootOf(parent);
  };
  for (const { check, files } of findings) {
    if (!copyChecks.has(check)) continue;
    const [first, ...others] = files.flatMap((file) => groups.get(file) ?? []).map(rootOf);
    for (const other of others) {
      if (first !== undefined && rootOf(other) !== rootOf(first)) {
        parents.set(rootOf(other), rootOf(first));
      }
    }
  }
  return samples.map((sample) => ({ ...sample, group: rootOf(sample.group) }));
}
