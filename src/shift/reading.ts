/** How files are read for a comparison: the options of packing. */
import type { PackOptions } from '../data/index.js';
import type { ShiftHooks, ShiftOptions } from './types.js';

export function readingOf(
  { cacheDir, workers, keepGoing }: ShiftOptions,
  { onEvent, signal }: ShiftHooks,
): PackOptions {
  return {
    ...{ cacheDir, workers, keepGoing, signal },
    onProgress: (progress) => onEvent?.({ kind: 'packing', ...progress }),
  };
}
