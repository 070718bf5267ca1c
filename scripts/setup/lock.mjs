/** One set-up at a time in one folder: two builds into the same place would break each other. */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './console.mjs';

/** Longer than any whole set-up should take. */
const patienceMs = 60 * 60_000;

/** Waits for another set-up of `root` that is alive, then holds the lock; returns the release function. */
export async function acquireLock(root, report, { pollMs = 500, limitMs = patienceMs } = {}) {
  const file = join(root, 'build', 'setup', 'lock');
  mkdirSync(dirname(file), { recursive: true });
  const deadline = Date.now() + limitMs;
  for (let waited = false; ; waited = true) {
    if (tryLock(file)) return releaseOf(file);
    const holder = readHolder(file);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (Date.now() > deadline) throw new SetupError(`process ${holder} holds ${file} for too long`);
    if (!waited) report.step('waiting', `for the set-up that process ${holder} runs`);
    await sleep(pollMs);
  }
}

/** A link appears with its content, so that nobody reads a lock without a holder. */
function tryLock(file) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own);
  }
}

function releaseOf(file) {
  const release = () => {
    process.off('exit', release);
    rmSync(file, { force: true });
  };
  process.on('exit', release);
  return release;
}

/** The process that holds the lock; undefined when it was released meanwhile. */
function readHolder(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
