/** How a set's folder is laid out: with splits or without, and where the set begins. */
import { listFolder } from './files.js';
import type { FolderEntry } from './files.js';
import { parseSplit } from './split.js';

export function foldersIn(entries: readonly FolderEntry[]): FolderEntry[] {
  return entries.filter((entry) => entry.kind === 'folder');
}

/** Whether a folder with these entries is divided into splits: it has a `train` or a `test`. */
export function hasSplits(entries: readonly FolderEntry[]): boolean {
  return foldersIn(entries).some(({ name }) => ['train', 'test'].includes(parseSplit(name) ?? ''));
}

export interface Root {
  path: string;
  entries: FolderEntry[];
}

/**
 * Where the set in a folder begins, and what lies there. The Kaggle archive holds the whole set
 * once more inside itself: a folder that has splits is left out beside splits, and taken for the
 * root where it is all there is.
 * @throws RoentgenError ERR_EMPTY_DATASET where a folder cannot be read
 */
export async function openRoot(path: string): Promise<Root> {
  const entries = await listFolder(path);
  if (hasSplits(entries)) return { path, entries: await withoutCopies(entries) };
  const [only, second] = entries;
  if (only?.kind === 'folder' && second === undefined) {
    const inner = await listFolder(only.path);
    if (hasSplits(inner)) return { path: only.path, entries: await withoutCopies(inner) };
  }
  return { path, entries };
}

async function withoutCopies(entries: readonly FolderEntry[]): Promise<FolderEntry[]> {
  const kept: FolderEntry[] = [];
  for (const entry of entries) {
    const mayBeCopy = entry.kind === 'folder' && parseSplit(entry.name) === undefined;
    if (!mayBeCopy || !hasSplits(await listFolder(entry.path))) kept.push(entry);
  }
  return kept;
}
