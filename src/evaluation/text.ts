/** Text for terminals: numbers and columns as Python formats them, so that tables equal scikit-learn's byte by byte. */

/** Length in code points, which is what Python counts. */
export function widthOf(text: string): number {
  return Array.from(text).length;
}

/** Right-aligned in `width` code points. */
export function padLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/**
 * `value` ≥ 0 with a fixed number of decimals as Python's `format(value, '.2f')` prints it. JavaScript's
 * toFixed differs where the value lies exactly between two decimals (0.125): it rounds up, Python to even.
 */
export function fixed(value: number, digits: number): string {
  // Only odd multiples of 2^-(digits+1) are such ties: 10^digits has no more factors of two to give.
  const tie = (value * 2 ** (digits + 1)) % 2 === 1;
  if (!tie) {
    return value.toFixed(digits);
  }
  const scale = 10 ** digits;
  const below = Math.floor(value * scale);
  return ((below + (below % 2)) / scale).toFixed(digits);
}

/** Lines of at most `columns` characters, broken at spaces. */
export function wrap(text: string, columns = 80): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= columns) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
