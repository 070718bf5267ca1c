/** Which files count as images, which are clutter, and how a folder is listed. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { RoentgenError } from '../native/index.js';
import { dicomExtension } from './dicom/index.js';

/** Of what radiographs come in, the types that sharp's prebuilt binaries decode, and DICOM. */
export const imageExtensions = [
  ...['.jpg', '.jpeg', '.png', '.tif', '.tiff', '.webp', '.gif'],
  dicomExtension,
] as const;

/** Whether a file's name ends in one of `imageExtensions`, in upper or lower case. */
export function isImageName(name: string): boolean {
  const extension = extname(name).toLowerCase();
  return imageExtensions.some((known) => known === extension);
}

/**
 * What operating systems and archivers leave in folders of images; besides every name that starts
 * with a dot.
 */
const clutter = new Set(['__macosx', 'thumbs.db', 'desktop.ini']);

function isClutter(name: string): boolean {
  return name.startsWith('.') || clutter.has(name.toLowerCase());
}

/** Order by UTF-16 code unit: the same on every machine, whatever its locale. */
export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export interface FolderEntry {
  name: string;
  /** Absolute, where the folder's path was. */
  path: string;
  /**
   * Links count as what they lead to; `brokenLink` leads nowhere; `other` is a pipe, socket or
   * device.
   */
  kind: 'file' | 'folder' | 'brokenLink' | 'other';
}

interface TypedNode {
  isFile(): boolean;
  isDirectory(): boolean;
}

function kindOf(node: TypedNode): FolderEntry['kind'] {
  if (node.isFile()) return 'file';
  return node.isDirectory() ? 'folder' : 'other';
}

/** What a path leads to, following links; undefined where nothing can be reached. */
export async function pathKind(path: string): Promise<FolderEntry['kind'] | undefined> {
  try {
    return kindOf(await stat(path));
  } catch {
    return undefined;
  }
}

/**
 * The entries of a folder without clutter, ordered by code unit.
 * Throws ERR_EMPTY_DATASET where the folder cannot be read.
 */
export async function listFolder(folder: string): Promise<FolderEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new RoentgenError(
      'ERR_EMPTY_DATASET',
      `The folder ${folder} cannot be read. Check its permissions (ls -ld).`,
      { cause },
    );
  });
  const visible = entries.filter((entry) => !isClutter(entry.name));
  const listed = await Promise.all(
    visible.map(async (entry): Promise<FolderEntry> => {
      const path = join(folder, entry.name);
      const kind = entry.isSymbolicLink() ? await pathKind(path) : kindOf(entry);
      return { name: entry.name, path, kind: kind ?? 'brokenLink' };
    }),
  );
  return listed.sort((a, b) => compareCodeUnits(a.name, b.name));
}
