/** Finding images whose folder is their class, with or without splits above. */
import { isImageName, listFolder } from './files.js';
import type { FolderEntry } from './files.js';
import { collect, joinNames } from './found.js';
import type { Findings } from './found.js';
import { foldersIn, hasSplits, openRoot } from './layout.js';
import { parseSplit } from './split.js';
import type { Split } from './types.js';

/**
 * Images of `root/CLASS/*` or `root/{train,val,test}/CLASS/*`, whichever the folder holds (`valid`
 * and `validation` count as `val`, in upper or lower case). Images above the class folders come
 * without a class.
 * @throws RoentgenError ERR_EMPTY_DATASET where a folder cannot be read
 */
export async function findLabeled(path: string): Promise<Findings> {
  const root = await openRoot(path);
  const splits = hasSplits(root.entries);
  const findings: Findings = {
    root: root.path,
    kind: splits ? 'splits' : 'folders',
    found: [],
    problems: [],
  };
  if (splits) await collectSplits(findings, root.entries);
  else await collectClasses(findings, root.entries, '', null);
  return findings;
}

async function collectSplits(findings: Findings, entries: readonly FolderEntry[]): Promise<void> {
  collectStray(findings, entries, '', null);
  for (const { name, path } of foldersIn(entries)) {
    const split = parseSplit(name);
    if (split !== undefined) {
      await collectClasses(findings, await listFolder(path), name, split);
      continue;
    }
    findings.problems.push({
      file: name,
      code: 'ERR_UNREADABLE_IMAGE',
      message: 'not read: a folder beside the splits that is none of train, val, test',
    });
  }
}

async function collectClasses(
  findings: Findings,
  entries: readonly FolderEntry[],
  parent: string,
  split: Split | null,
): Promise<void> {
  collectStray(findings, entries, parent, split);
  for (const { name: className, path } of foldersIn(entries)) {
    const folder = joinNames(parent, className);
    const inside = await listFolder(path);
    collect(findings, inside, folder, { className, split });
    for (const { name } of foldersIn(inside)) {
      findings.problems.push({
        file: joinNames(folder, name),
        code: 'ERR_UNREADABLE_IMAGE',
        message: 'not read: a folder inside a class folder; list its images in a manifest',
      });
    }
    if (inside.length === 0) {
      findings.problems.push({
        file: folder,
        code: 'ERR_EMPTY_DATASET',
        message: 'a class folder without images',
      });
    }
  }
}

/** Of the files above the class folders only images matter: a set's README may well lie there. */
function collectStray(
  findings: Findings,
  entries: readonly FolderEntry[],
  folder: string,
  split: Split | null,
): void {
  const images = entries.filter((entry) => isImageName(entry.name));
  collect(findings, images, folder, { className: null, split });
}
