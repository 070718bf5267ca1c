/** Images found on the disk, before classes are numbered and groups formed. */
import { imageExtensions, isImageName } from './files.js';
import type { FolderEntry } from './files.js';
import type { ImageSource, Problem, Split } from './types.js';

export interface Found {
  /** Absolute. */
  path: string;
  /** Relative to the root, with '/' separators. */
  name: string;
  /** As folder or manifest say it; null where they do not. */
  className: string | null;
  split: Split | null;
  /** A manifest's `patient_id`. */
  patient?: string;
  /** Absolute path of a manifest's `mask`. */
  mask?: string;
}

export interface Findings {
  root: string;
  kind: ImageSource['kind'];
  found: Found[];
  problems: Problem[];
}

/** Why something that is no folder cannot be an image either; undefined where it can. */
export function describeUnusable(
  fileName: string,
  kind: FolderEntry['kind'],
): Omit<Problem, 'file'> | undefined {
  if (kind === 'brokenLink') return { code: 'ERR_NOT_FOUND', message: 'a link that leads nowhere' };
  if (kind !== 'file') return { code: 'ERR_UNREADABLE_IMAGE', message: 'not a regular file' };
  if (isImageName(fileName)) return undefined;
  return {
    code: 'ERR_UNREADABLE_IMAGE',
    message: `not an image file type (${imageExtensions.join(', ')})`,
  };
}

/**
 * Adds a folder's entries to the findings, as images or as problems; folders among them are left to
 * the caller. `folder` is the name of the folder they lie in, '' for the root.
 */
export function collect(
  findings: Findings,
  entries: readonly FolderEntry[],
  folder: string,
  place: Pick<Found, 'className' | 'split'>,
): void {
  for (const entry of entries) {
    if (entry.kind === 'folder') continue;
    const name = joinNames(folder, entry.name);
    const problem = describeUnusable(entry.name, entry.kind);
    if (problem === undefined) findings.found.push({ path: entry.path, name, ...place });
    else findings.problems.push({ file: name, ...problem });
  }
}

/** A name within a folder's name, which is '' for the root. */
export function joinNames(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
