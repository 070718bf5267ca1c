/** Errors as rows of a table have them. */
import { RoentgenError } from '../native/index.js';
import type { Failure } from './plan.js';

export function toFailure(error: unknown): Failure {
  if (error instanceof RoentgenError) return { code: error.code, message: error.message };
  // What no buffer can hold.
  if (error instanceof RangeError) return { code: 'ERR_OUT_OF_MEMORY', message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'ERR_INTERNAL', message };
}
