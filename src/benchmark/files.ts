/** The files of a result. */
import { join } from 'node:path';
import { writeFileAtomic } from '../native/index.js';

/**
 * Writes each of `files`, content by name, and returns the names.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<string[]> {
  for (const [name, content] of Object.entries(files)) {
    await writeFileAtomic(join(folder, name), content);
  }
  return Object.keys(files);
}
