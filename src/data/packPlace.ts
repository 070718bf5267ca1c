/** Where packed files lie, and under which names. */
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { RoentgenError } from '../native/index.js';
import { openPackFile, type OpenedPack } from './packFile.js';

const extension = '.safetensors';

/** The place of one packed file: in the cache, named by its digests, or where the caller wants it. */
export class PackPlace {
  /** Holds the packed file and, while it is made, `workFolder` and its lock. */
  readonly folder: string;
  readonly workFolder: string;
  readonly #output: string | undefined;
  /** Known before any image is read; the rest of a name in the cache is not. */
  readonly #prefix: string;

  constructor(
    listing: string,
    options: { cacheDir?: string | undefined; output?: string | undefined },
  ) {
    this.#output = options.output === undefined ? undefined : resolve(options.output);
    this.folder =
      this.#output === undefined ? cacheFolder(options.cacheDir) : dirname(this.#output);
    this.#prefix = `${listing.slice(0, 16)}-`;
    this.workFolder = join(this.folder, `.${this.#prefix}partial`);
  }

  pathOf(key: string): string {
    return this.#output ?? join(this.folder, `${this.#prefix}${key.slice(0, 24)}${extension}`);
  }

  /** Whether it is worth reading all images to learn their key. */
  async mayHold(): Promise<boolean> {
    const names = await readdir(this.folder).catch((): string[] => []);
    return this.#output === undefined
      ? names.some((name) => name.startsWith(this.#prefix) && name.endsWith(extension))
      : names.includes(basename(this.#output));
  }

  /**
   * The packed file, or undefined where there is none with this key.
   * @throws RoentgenError ERR_INVALID_ARGUMENT where the output is some other file, which shall not be lost
   */
  async open(key: string): Promise<OpenedPack | undefined> {
    const opened = await openPackFile(this.pathOf(key)).catch((error: unknown) => {
      if (!(error instanceof RoentgenError)) throw error;
      if (this.#output === undefined || error.code !== 'ERR_INVALID_FILE') return undefined;
      throw new RoentgenError(
        'ERR_INVALID_ARGUMENT',
        `${this.#output} exists and is no packed dataset. Name another output, or delete that file.`,
        { cause: error },
      );
    });
    if (opened?.key === key) return opened;
    opened?.dataset.dispose();
    return undefined;
  }
}

/** Folder of packed datasets: the one given, ROENTGEN_CACHE, $XDG_CACHE_HOME/roentgen or ~/.cache/roentgen. */
export function cacheFolder(cacheDir?: string): string {
  // An empty variable means unset, as the XDG specification has it.
  const { ROENTGEN_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  return resolve(cacheDir ?? (own || join(shared || join(homedir(), '.cache'), 'roentgen')));
}
