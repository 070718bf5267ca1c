/** Temporary folders full of files, and where the real radiographs lie. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from '../temporaryFolder.js';

/** A new folder holding `files` (content by relative path); it goes when the test ends. */
export async function makeFolder(
  t: ExecutionContext,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const root = await temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return root;
}

/** The same short content for many names: scanning looks at names only. */
export function filesNamed(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, 'pixels']));
}

/**
 * A folder of the real images, or undefined and a line in the log where they are not on this
 * machine.
 */
export function realImages(t: ExecutionContext, name: string): string | undefined {
  const folder = resolve(process.env['ROENTGEN_TEST_DATA'] ?? join('..', 'shared', 'data'), name);
  if (existsSync(folder)) return folder;
  t.log(`skipped: ${folder} does not exist; ROENTGEN_TEST_DATA may name another place`);
  t.pass();
  return undefined;
}
