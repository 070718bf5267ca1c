/** Locks between processes that no process outlives. */
import { setTimeout as sleep } from 'node:timers/promises';
import { addon } from './addon.js';
import { callNative, throwIfAborted } from './call.js';

const pollMs = 200;

export interface FileLock {
  /** Whether another held the lock first. */
  waited: boolean;
  /** Gives the lock up and removes its file. */
  release: () => void;
}

/**
 * Waits until the lock file `path` is ours alone. The system gives up the lock of a process that ends, so a file
 * left behind locks nobody out. The folder must exist.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO, ABORT_ERR
 */
export async function acquireLock(path: string, signal?: AbortSignal): Promise<FileLock> {
  for (let waited = false; ; waited = true) {
    throwIfAborted(signal);
    const release = callNative(() => addon().tryLockFile(path));
    if (release) return { waited, release };
    await sleep(pollMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  }
}
