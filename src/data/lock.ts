/** A lock file that outlives no process: the next one takes it over. */
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeError } from '../native/index.js';

/** How often the holder touches its lock, for watchers on other machines, which cannot see its process. */
const heartbeatMs = 10_000;
/** After this long without a touch a lock from another machine is dead; six missed heartbeats. */
const expiryMs = 60_000;
const pollMs = 200;

interface Owner {
  pid: number;
  host: string;
  token: string;
}

/** Locks that this process holds: a file with our process id and another token is from a former life of that id. */
const held = new Set<string>();

/**
 * Waits until `path` is ours; `release()` gives it up. A lock whose process is gone, or which its holder on another
 * machine no longer touches, is taken over. The folder must exist.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO; and whatever `signal` was aborted with
 */
export async function acquireLock(
  path: string,
  signal?: AbortSignal,
): Promise<{ waited: boolean; release: () => Promise<void> }> {
  const owner: Owner = { pid: process.pid, host: hostname(), token: randomUUID() };
  let waited = false;
  held.add(owner.token);
  try {
    while (!(await create(path, owner))) {
      if (await removeStale(path)) continue;
      waited = true;
      await sleep(pollMs, undefined, { ...(signal && { signal }) });
    }
  } catch (error) {
    held.delete(owner.token);
    throw error;
  }
  const heartbeat = setInterval(() => void touch(path), heartbeatMs).unref();
  const release = async (): Promise<void> => {
    clearInterval(heartbeat);
    held.delete(owner.token);
    await rm(path, { force: true });
  };
  return { waited, release };
}

/** False where the lock exists already. */
async function create(path: string, owner: Owner): Promise<boolean> {
  // Written aside and linked: a lock is never seen half written.
  const draft = `${path}.${owner.token}`;
  try {
    await writeFile(draft, JSON.stringify(owner));
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw writeError(path, error);
  } finally {
    await rm(draft, { force: true });
  }
}

/** True where a dead lock was removed or a living one vanished: worth another try at once. */
async function removeStale(path: string): Promise<boolean> {
  const content = await readFile(path, 'utf8').catch(() => undefined);
  if (content === undefined) return true;
  if (await isAlive(path, content)) return false;
  // A rename takes the file away from all other waiters at once. If meanwhile one of them had replaced the dead
  // lock by its own, that one goes back to its place.
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return true;
  }
  const taken = await readFile(aside, 'utf8');
  if (taken !== content) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
  return true;
}

async function isAlive(path: string, content: string): Promise<boolean> {
  const owner = parseOwner(content);
  if (owner === undefined) return false;
  if (owner.host !== hostname()) {
    const touched = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    return Date.now() - touched < expiryMs;
  }
  return owner.pid === process.pid ? held.has(owner.token) : processExists(owner.pid);
}

function parseOwner(content: string): Owner | undefined {
  try {
    return JSON.parse(content) as Owner;
  } catch {
    return undefined;
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return codeOf(error) === 'EPERM';
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  // A lock that cannot be touched may expire; the work under it goes on.
  await utimes(path, now, now).catch(() => undefined);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
