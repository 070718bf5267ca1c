/** What the files behind a dataset's images say before they are decoded. */
import { stat } from 'node:fs/promises';
import { throwIfAborted } from '../../native/index.js';
import { mapConcurrently } from '../concurrency.js';
import { readMetadata } from '../imageFile.js';

export interface FileFacts {
  /** In pixels, as stored. */
  width: number;
  height: number;
  bytes: number;
  /** Of the pixels: `b-w`, `srgb`, `grey16` … as libvips says it. */
  color: string;
}

/** libuv's pool has as many threads. */
const filesAtOnce = 4;

/** One entry per path; null for a file that cannot be read any more. */
export async function readFileFacts(
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<(FileFacts | null)[]> {
  return mapConcurrently(paths, filesAtOnce, async (path) => {
    throwIfAborted(signal);
    try {
      const [{ size: bytes }, { width, height, space }] = await Promise.all([
        stat(path),
        readMetadata(path),
      ]);
      return { width, height, bytes, color: space };
    } catch {
      return null;
    }
  });
}
