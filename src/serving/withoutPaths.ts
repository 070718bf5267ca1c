/** Keeps the server's folders out of what clients read. */
import { homedir, tmpdir } from 'node:os';
import { packageRoot } from '../native/index.js';

/** An absolute path: a slash behind no word, and all up to what ends a path in our sentences. */
const path = /(?<![\w.:/-])(?:file:\/\/)?\/[^\s'"`,;:()<>|]+/g;
/** Folders that may have spaces in their names, and so are looked for as they are. */
const folders = [process.cwd(), packageRoot, tmpdir(), homedir()].filter((one) => one.length > 1);

/** The same sentence; where it names a file or folder of this machine, `[path]`. */
export function withoutPaths(message: string): string {
  const shortened = folders.reduce((text, folder) => text.replaceAll(folder, '/[path]'), message);
  return shortened.replace(path, '[path]');
}
