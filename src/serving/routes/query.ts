/** What comes in the address of a request, checked. */
import { z } from 'zod';
import { RoentgenError } from '../../native/index.js';

const nameSchema = z.string().min(1).max(256);

/** Which model to ask. */
export const modelQuery = {
  model: nameSchema.optional().describe('Name of the model [the first that the server was given]'),
  version: nameSchema.optional().describe('Its version [the highest]'),
};

/** The same as parts of the path. */
export const modelPathSchema = z.object({ model: nameSchema, version: nameSchema.optional() });

/**
 * @param where what messages call it
 * @throws RoentgenError ERR_INVALID_ARGUMENT naming every wrong parameter
 */
export function parseAddress<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  where: string,
): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `The ${where} is not valid:\n${z.prettifyError(result.error)}`,
  );
}
