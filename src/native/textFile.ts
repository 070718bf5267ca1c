/** Text files that may be absent. */
import { readFile } from 'node:fs/promises';
import { RoentgenError } from './errors.js';
import { isMissing } from './missing.js';

/**
 * What the file holds, as UTF-8; null where there is no such file.
 * @throws RoentgenError ERR_IO where it cannot be read
 */
export async function readTextFile(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    if (isMissing(cause)) return null;
    throw new RoentgenError('ERR_IO', `Cannot read ${path}: ${String(cause)}`, { cause });
  });
}
