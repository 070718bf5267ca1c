/** Regular expressions that come from the command line. */
import { RoentgenError } from '../native/index.js';

/** @throws RoentgenError ERR_INVALID_ARGUMENT that names the option and says what is malformed */
export function compilePattern(option: string, pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      `Expected a regular expression for ${option} but received ${pattern}: ${reason}`,
      { cause },
    );
  }
}

/**
 * How many capture groups an expression has: beside an empty alternative it always matches, and
 * lists them all.
 */
export function countCaptureGroups(expression: RegExp): number {
  const match = new RegExp(`${expression.source}|`).exec('');
  return match === null ? 0 : match.length - 1;
}
