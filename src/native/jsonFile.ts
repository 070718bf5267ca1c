/** JSON files that roentgen wrote, read back and checked. */
import { z } from 'zod';
import { RoentgenError } from './errors.js';
import { readTextFile } from './textFile.js';

/**
 * What the file holds, as the schema has it; null where there is no such file.
 * @param remedy what brings the file back, as a sentence
 * @throws RoentgenError ERR_INVALID_FILE where it is not what the schema says, ERR_IO where it cannot be read
 */
export async function readJsonFile<T>(
  path: string,
  schema: z.ZodType<T>,
  remedy: string,
): Promise<T | null> {
  const text = await readTextFile(path);
  if (text === null) return null;
  const damaged = (what: string): RoentgenError =>
    new RoentgenError('ERR_INVALID_FILE', `${path} is damaged: ${what}. ${remedy}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(String(error));
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw damaged(z.prettifyError(result.error));
}
