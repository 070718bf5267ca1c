/** Going over all images without holding up the event loop. */
import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '../native/index.js';
import type { Material } from './types.js';

/** Images between two breaths of the event loop: some milliseconds. */
const imagesPerTurn = 128;

/** Calls `visit` with each image of `positions`, uint8 [side, side], and its row there. Throws ABORT_ERR. */
export async function visitImages(
  { dataset, positions }: Material,
  visit: (image: Uint8Array, row: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [row, position] of positions.entries()) {
    if (row % imagesPerTurn === 0) {
      await setImmediate();
      throwIfAborted(signal);
    }
    visit(dataset.read(position), row);
  }
}
