/** Halves of one collection that share no patient: how far apart images lie that have not shifted at all. */
import { groupItems, shuffled } from '../data/index.js';

/** The largest of so many is passed by chance about once in twenty-one times. */
const divisions = 20;

/** Rows of the first half in each of twenty random divisions, in whole groups. @param groups [N] */
export function halvesOf(groups: readonly string[], seed: number): Int32Array[] {
  const members = [...groupItems(groups.keys(), (row) => groups[row] ?? '').values()];
  return Array.from({ length: divisions }, (_, division) => {
    const rows: number[] = [];
    for (const group of shuffled(members, seed + division)) {
      if (rows.length + group.length / 2 > groups.length / 2) break;
      rows.push(...group);
    }
    return Int32Array.from(rows);
  });
}

/** The chance part of a distance between n and m images, against that between halves of the n. */
export function againstHalves(n: number, m: number): number {
  return (1 / n + 1 / m) / (4 / n);
}
