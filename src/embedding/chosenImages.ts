/** Which images are shown beside their nearest neighbors. */
import { invalidArgument } from '../native/index.js';
import type { Gathered } from './gathered.js';

/** Rows of a sheet, unless images were named. */
const most = 12;

/**
 * The named images; without names the new ones, or else `telling` ones, or else the first; at most 12 of these.
 * @param telling rows that are worth a look, such as those that network and neighbors answer differently
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a name that no image has
 */
export function chooseImages(
  { embeddings, known, count }: Pick<Gathered, 'embeddings' | 'known' | 'count'>,
  names: readonly string[],
  telling: readonly number[],
): number[] {
  if (names.length > 0) {
    const rows = new Map(embeddings.names.map((name, row) => [name, row]));
    return names.map((name) => {
      const row = rows.get(name);
      const expected = `the name of an image, such as ${embeddings.names[0] ?? ''},`;
      if (row === undefined) throw invalidArgument('query', expected, name);
      return row;
    });
  }
  const fresh = Array.from({ length: count - known }, (_, at) => known + at);
  const candidates = [fresh, telling, [...Array(known).keys()]];
  return (candidates.find((rows) => rows.length > 0) ?? []).slice(0, most);
}
