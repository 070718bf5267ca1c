/** Facts of any unit as bytes that a network can learn from: numbers by their rank, words by what they are. */
import type { View } from './types.js';

/** A number is compared, a word is only told from others. */
export type Fact = number | string;

/**
 * One row of bytes per image. A number becomes its quantile among the images learned from (0 … 255), which no outlier
 * can stretch; a word becomes one byte for each word that these images have, 255 where it is this one.
 * @param rows [images][facts], the same facts in every row
 * @param train how many of the rows, the first ones, are learned from
 */
export function encodeFacts(rows: readonly (readonly Fact[])[], train: number): View {
  const facts = rows[0]?.length ?? 0;
  const columns = Array.from({ length: facts }, (_, fact) => {
    const values = rows.map((row) => row[fact] ?? 0);
    return values.every((value) => typeof value === 'number')
      ? [ranked(values, train)]
      : marked(values.map(String), train);
  }).flat();
  const bytes = new Uint8Array(rows.length * columns.length);
  columns.forEach((column, at) => {
    column.forEach((value, row) => (bytes[row * columns.length + at] = value));
  });
  return { bytes, height: 1, width: columns.length };
}

function ranked(values: readonly number[], train: number): number[] {
  const ascending = values.slice(0, train).sort((a, b) => a - b);
  return values.map((value) => {
    const below = countBelow(ascending, (other) => other < value);
    const upTo = countBelow(ascending, (other) => other <= value);
    return Math.round((255 * (below + upTo)) / (2 * ascending.length));
  });
}

/** How many of the first items fulfil `isBelow`, which none does after the first that does not. */
function countBelow(ascending: readonly number[], isBelow: (value: number) => boolean): number {
  let [from, until] = [0, ascending.length];
  while (from < until) {
    const middle = (from + until) >> 1;
    if (isBelow(ascending[middle] ?? 0)) from = middle + 1;
    else until = middle;
  }
  return from;
}

function marked(words: readonly string[], train: number): number[][] {
  const known = [...new Set(words.slice(0, train))].sort();
  return known.map((word) => words.map((other) => (other === word ? 255 : 0)));
}
