/** What a caller gives, checked against a schema. */
import { z } from 'zod';
import { RoentgenError } from './errors.js';

/**
 * As the schema has it, with its defaults.
 * @param what the message says of which they are, with its verb
 * @throws RoentgenError ERR_INVALID_ARGUMENT naming everything that is wrong
 */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  what = 'settings are',
): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `The ${what} not valid:\n${z.prettifyError(result.error)}`,
  );
}
