import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** A new folder; it goes when the test ends. */
export async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'roentgen-')));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
