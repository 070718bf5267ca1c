/** Errors as rows of a table have them. */
import { RoentgenError } from '../native/index.js';
import type { Failure } from './plan.js';

export function toFailure(error: unknown): Failure {
  if (error instanceof RoentgenError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'ERR_INTERNAL', message };
}
