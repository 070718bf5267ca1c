/** Content hashes, stamps and whole-or-nothing writes: how set-up knows that a step has nothing to do. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Every file below `folder`, absolute and sorted; an absent folder has none. */
export function walk(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * One SHA-256 over the names and bytes of `files` and over `extra`, so that a touched but equal file
 * changes nothing and a renamed one does.
 */
export function hashInputs(root, files, extra = {}) {
  const hash = createHash('sha256').update(JSON.stringify(extra));
  for (const file of files) {
    const bytes = readFileSync(file);
    hash.update(`\0${relative(root, file)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** The parsed JSON of `file`, or undefined when it is absent or broken: either way the work is done again. */
export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes JSON under a temporary name and renames it; leaves an equal file untouched. */
export function writeJson(file, value) {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

/** What a step remembers of its last success, under build/setup/. */
export function stampOf(root, name) {
  const file = join(root, 'build', 'setup', `${name}.json`);
  return {
    matches: (key) => readJson(file)?.key === key,
    write: (key) => writeJson(file, { key }),
    clear: () => rmSync(file, { force: true }),
  };
}
