/** Finds the word that was probably meant. */

/** Levenshtein distance: how many letters must be inserted, deleted or replaced. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [row, letter] of Array.from(a).entries()) {
    const current = [row + 1];
    for (const [column, other] of Array.from(b).entries()) {
      current.push(
        Math.min(
          (previous[column] ?? 0) + (letter === other ? 0 : 1),
          (previous[column + 1] ?? 0) + 1,
          (current[column] ?? 0) + 1,
        ),
      );
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}

/**
 * The candidate closest to `word`, the earlier one in a tie, whatever the case of the letters. Undefined where
 * more than 2 in 5 letters differ: then a suggestion would rather mislead.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const steps = distance(word.toLowerCase(), candidate.toLowerCase());
    const tolerated = Math.ceil(Math.max(word.length, candidate.length) * 0.4);
    if (steps <= tolerated && steps < least) {
      best = candidate;
      least = steps;
    }
  }
  return best;
}
