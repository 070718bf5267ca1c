/** Where models come from: what stands behind `serve`, as names, versions and files. */
import { readdir } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { bestModelFile } from '../../inference/index.js';
import { invalidArgument, RoentgenError } from '../../native/index.js';

const extension = '.safetensors';
/** Of a model that was given alone. */
const firstVersion = '1';
/** What an address can have between two slashes without being escaped. */
const word = /^[\w.-]+$/;

/** A version of a model, and its file; null where a folder has several, and nothing says which. */
export interface Found {
  name: string;
  version: string;
  file: string | null;
  folder: string;
}

/** All that one argument stands for, as it is now. */
export type Source = () => Promise<Found[]>;

/**
 * `path`, `name=path` or `name@version=path`, where the path is a model file or a run directory; or a repository, which
 * is a folder of runs, or of `<name>/<version>/*.safetensors`.
 * @throws RoentgenError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT
 */
export function parseSource(text: string): Source {
  const { name, version, path } = splitArgument(text);
  const folderOrFile = resolve(path);
  if (!existsSync(folderOrFile)) {
    throw new RoentgenError('ERR_NOT_FOUND', `${path}: no such model file or folder`);
  }
  const single = singleFile(folderOrFile);
  if (single === undefined) {
    if (name === undefined) return async () => findInRepository(folderOrFile);
    throw invalidArgument(name, 'a model file or run directory', path);
  }
  const found = {
    ...{ name: name ?? nameOf(single), version: version ?? firstVersion },
    ...{ file: single, folder: dirname(single) },
  };
  return () => Promise.resolve([found]);
}

interface Argument {
  name?: string;
  version?: string;
  path: string;
}

function splitArgument(text: string): Argument {
  // A path may have an equals sign itself.
  if (existsSync(text)) return { path: text };
  const match = /^(?<name>[^=@/]+)(?:@(?<version>[^=@/]+))?=(?<path>.+)$/s.exec(text);
  const { name = '', version = firstVersion, path = '' } = match?.groups ?? {};
  if (!match) return { path: text };
  for (const part of [name, version]) {
    if (!word.test(part))
      throw invalidArgument('model', 'letters, digits, dots and dashes for name and version', text);
  }
  return { name, version, path };
}

/** The file that a path to one model stands for; undefined for a repository. */
function singleFile(path: string): string | undefined {
  if (!statSync(path).isDirectory()) return path;
  const best = join(path, bestModelFile);
  return existsSync(best) ? best : undefined;
}

/** A run's best model goes by the name of its run. */
function nameOf(file: string): string {
  const own =
    basename(file) === bestModelFile ? basename(dirname(file)) : basename(file, extension);
  return own.replace(/[^\w.-]+/g, '-');
}

async function findInRepository(root: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const name of await foldersOf(root)) {
    const run = join(root, name);
    if (existsSync(join(run, bestModelFile))) {
      found.push({ name, version: firstVersion, folder: run, file: join(run, bestModelFile) });
      continue;
    }
    for (const version of await foldersOf(join(root, name))) {
      const folder = join(root, name, version);
      const files = (await namesIn(folder)).filter((file) => file.endsWith(extension));
      const chosen = files.includes(bestModelFile) ? bestModelFile : files[0];
      if (chosen === undefined) continue;
      const clear = chosen === bestModelFile || files.length === 1;
      found.push({ name, version, folder, file: clear ? join(folder, chosen) : null });
    }
  }
  return found;
}

/** Entries that can be a name or version; what is no folder has nothing in it. */
async function foldersOf(folder: string): Promise<string[]> {
  const names = await namesIn(folder);
  return names.filter((name) => word.test(name) && !name.startsWith('.')).sort();
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // Files lie beside folders, and a folder may go while it is read; a root that is gone is no empty one.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR' || code === 'ENOENT') return [];
    throw error;
  }
}
