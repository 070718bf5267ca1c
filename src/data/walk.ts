/** Finding images without labels: any files, and folders at any depth. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { RoentgenError } from '../native/index.js';
import { listFolder, pathKind } from './files.js';
import type { FolderEntry } from './files.js';
import { collect } from './found.js';
import type { Findings } from './found.js';
import { foldersIn, openRoot } from './layout.js';
import type { Root } from './layout.js';

/**
 * Every image in the given folders, at any depth, and the given files; each once. Names are
 * relative to the deepest folder that holds all of them. A folder reached a second time through a
 * link is not entered again.
 * @throws RoentgenError ERR_NOT_FOUND where a given path does not exist
 */
export async function findUnlabeled(paths: readonly string[]): Promise<Findings> {
  const given = await Promise.all(paths.map(resolveExisting));
  const root = commonFolder(
    given.map(({ path, kind }) => (kind === 'folder' ? path : dirname(path))),
  );
  const findings: Findings = { root, kind: 'unlabeled', found: [], problems: [] };
  const unplaced = { className: null, split: null };
  const nameOf = (folder: string): string => relative(root, folder).split(sep).join('/');

  const entered = new Set<string>();
  const walk = async ({ path, entries }: Root): Promise<void> => {
    const real = await realpath(path);
    if (entered.has(real)) return;
    entered.add(real);
    collect(findings, entries, nameOf(path), unplaced);
    for (const folder of foldersIn(entries)) {
      await walk({ path: folder.path, entries: await listFolder(folder.path) });
    }
  };
  for (const entry of given) {
    if (entry.kind === 'folder') await walk(await openRoot(entry.path));
    else collect(findings, [entry], nameOf(dirname(entry.path)), unplaced);
  }

  const once = new Map(findings.found.map((found) => [found.name, found]));
  return { ...findings, found: [...once.values()] };
}

/** @throws RoentgenError ERR_NOT_FOUND */
export async function resolveExisting(path: string): Promise<FolderEntry> {
  const absolute = resolve(path);
  const kind = await pathKind(absolute);
  if (kind === undefined) {
    throw new RoentgenError(
      'ERR_NOT_FOUND',
      `${absolute} does not exist or cannot be reached. Check the path and its permissions.`,
    );
  }
  return { name: basename(absolute), path: absolute, kind };
}

/** The deepest folder that holds all the given absolute ones. */
function commonFolder(folders: readonly string[]): string {
  const [first = [], ...others] = folders.map((folder) => folder.split(sep));
  const shared = others.reduce<readonly string[]>((common, parts) => {
    const differs = common.findIndex((part, depth) => part !== parts[depth]);
    return differs < 0 ? common : common.slice(0, differs);
  }, first);
  return join(sep, ...shared);
}
