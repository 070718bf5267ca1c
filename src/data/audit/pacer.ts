/** Long computations in pieces, between which the process can do other things. */
import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '../../native/index.js';

/** In milliseconds: short enough for a server to go on answering. */
const longestPiece = 20;

export class Pacer {
  private began = performance.now();

  constructor(private readonly signal?: AbortSignal) {}

  /** To be awaited often; lets others run where the piece was long enough. Throws ABORT_ERR. */
  async breathe(): Promise<void> {
    if (performance.now() - this.began < longestPiece) return;
    throwIfAborted(this.signal);
    await setImmediate();
    this.began = performance.now();
  }
}
