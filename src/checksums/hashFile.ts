/** What tells one file's content from any other. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { RoentgenError } from '../native/index.js';

/**
 * SHA-256 in hexadecimal.
 * @throws RoentgenError ERR_IO naming the file
 */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash).catch((cause: unknown) => {
    throw new RoentgenError('ERR_IO', `${path} cannot be read. Check its permissions.`, { cause });
  });
  return hash.digest('hex');
}
