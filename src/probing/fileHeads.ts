/** The beginning of an image file: its header, its size, and how strongly it was compressed. */
import { open } from 'node:fs/promises';
import { readMetadata, type ImageMetadata } from '../data/index.js';
import { RoentgenError, throwIfAborted } from '../native/index.js';
import { meanQuantization } from './jpeg.js';

export interface FileHead {
  header: ImageMetadata;
  sizeBytes: number;
  /** See `meanQuantization`; 0 for a file that is no JPEG. */
  quantization: number;
}

/** As many as libuv has threads would idle while JavaScript works. */
const filesAtOnce = 16;

/**
 * Heads in the order of the files.
 * @throws RoentgenError ERR_UNREADABLE_IMAGE, ABORT_ERR
 */
export async function readHeads(
  files: readonly { path: string; name: string }[],
  signal: AbortSignal | undefined,
): Promise<FileHead[]> {
  const heads: FileHead[] = [];
  for (let start = 0; start < files.length; start += filesAtOnce) {
    throwIfAborted(signal);
    heads.push(...(await Promise.all(files.slice(start, start + filesAtOnce).map(readHead))));
  }
  return heads;
}

/** Quantization tables stand behind EXIF data and color profile, which rarely take more. */
const headBytes = 2 ** 17;

async function readHead({ path, name }: { path: string; name: string }): Promise<FileHead> {
  try {
    const file = await open(path);
    try {
      const { size: sizeBytes } = await file.stat();
      const head = Buffer.alloc(Math.min(sizeBytes, headBytes));
      await file.read(head, 0, head.length, 0);
      const header = await readMetadata(path);
      return { header, sizeBytes, quantization: meanQuantization(head) ?? 0 };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new RoentgenError(
      'ERR_UNREADABLE_IMAGE',
      `${name}: its header cannot be read. Replace the file or take it out.`,
      { cause, details: { file: name } },
    );
  }
}
