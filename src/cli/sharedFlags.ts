/** Flags that several verbs have, so that they are called and explained the same everywhere. Nothing that trains is loaded for them. */
import { z } from 'zod';

/** How files are read. */
export const readingFlags = z.strictObject({
  workers: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Images in work at once [16, or 4 × UV_THREADPOOL_SIZE]'),
  cacheDir: z
    .string()
    .optional()
    .describe('Folder of packed datasets [ROENTGEN_CACHE or ~/.cache/roentgen]'),
  keepGoing: z
    .boolean()
    .default(false)
    .describe('Go on without the files that cannot be used, and end with exit code 0'),
});
