/** What the system says of a file that is not there. */

/** Whether an error of node:fs or node:child_process means that there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
