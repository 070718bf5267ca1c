/** A disk of a few kilobytes that only one child process sees, to run out of space on. */
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/**
 * Runs a script whose working directory has the small disk at `disk/`, and returns what it prints as JSON. Undefined,
 * and a line in the log, where this machine allows no private mount.
 * @param size of the disk, as tmpfs takes it: 64k, 8m
 */
export async function onSmallDisk(
  t: ExecutionContext,
  folder: string,
  size: string,
  script: string,
): Promise<unknown> {
  await mkdir(join(folder, 'disk'));
  await writeFile(join(folder, 'script.cjs'), script);
  const mount = `mount -t tmpfs -o size=${size} none disk || exit 77; exec "$0" script.cjs`;
  const command = ['-Urm', 'sh', '-c', mount, process.execPath];
  const options = { cwd: folder, encoding: 'utf8' } as const;
  const { status, stdout, stderr, error } = spawnSync('unshare', command, options);
  if (error !== undefined || status === 77 || /^unshare:/m.test(stderr)) {
    t.log(`skipped: no private mount can be made here (${error?.message ?? stderr.trim()})`);
    t.pass();
    return undefined;
  }
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}
