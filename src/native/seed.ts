/** What begins a sequence of random numbers. */
import { z } from 'zod';

/** An integer from 0 that JavaScript keeps exactly; each setting has a default and a description of its own. */
export const seedSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
