/** Writing a file so that its path holds the old content or the new, never a part. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RoentgenError } from './errors.js';

/** What the system says when the disk, or the user's share of it, is full. */
const fullDiskCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/**
 * The error for a failed write to `path`: ERR_NO_SPACE where the disk or quota is full, ERR_IO otherwise.
 * The system's own error is kept as `cause`.
 */
export function writeError(path: string, cause: unknown): RoentgenError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (fullDiskCodes.has(code)) {
    return new RoentgenError(
      'ERR_NO_SPACE',
      `No space left to write ${path}: free some, or choose another folder`,
      { cause },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RoentgenError('ERR_IO', `Cannot write ${path}: ${reason}`, { cause });
}

/**
 * Writes `content` under a temporary name beside `path`, flushes it to the disk, and renames it. On failure
 * the temporary file is removed and an earlier file at `path` is untouched.
 * Strings are written as UTF-8. The folder must exist.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  // A hidden name of its own for every call: two writers of one path do not meet in one temporary file.
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeDurably(temporary, content);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    // What went wrong first is what the caller must hear.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(path, error);
  }
}

async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Without this, a power cut after the rename can bring the old name back. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Makes the folder, or the first of `<path>-1`, `<path>-2`, … that does not exist, and returns its path:
 * results never overwrite earlier ones.
 * @throws RoentgenError ERR_NO_SPACE, ERR_IO
 */
export async function createNewFolder(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw writeError(path, cause);
  });
  for (let attempt = 0; ; attempt += 1) {
    const folder = attempt === 0 ? path : `${path}-${attempt}`;
    try {
      await mkdir(folder);
      return folder;
    } catch (cause) {
      const taken = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
      if (!taken) throw writeError(folder, cause);
    }
  }
}
