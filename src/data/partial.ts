/** The half-packed images of a run that may be interrupted, and what the next run can trust of them. */
import { appendFileSync, writeSync } from 'node:fs';
import { appendFile, mkdir, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { writeError } from '../native/index.js';

interface Entry {
  /** SHA-256 of the file that was decoded. */
  hash: string;
  /** CRC-32 of the pixels: after a power cut the journal may have reached the disk and the pixels not. */
  check: number;
}

const imagesName = 'images.raw';
const journalLine = /^(\d+) ([0-9a-f]{64}) (\d+)$/;

/**
 * A folder with `images.raw`, where each image has a fixed slot of `slotSize` bytes, and `journal`, which gains a
 * line when a slot is filled. Both survive the death of the process at any moment.
 */
export class PartialImages {
  readonly imagesPath: string;
  readonly #folder: string;
  readonly #slotSize: number;
  readonly #images: FileHandle;
  readonly #journal: FileHandle;
  readonly #entries: ReadonlyMap<number, Entry>;

  private constructor(
    folder: string,
    slotSize: number,
    files: { images: FileHandle; journal: FileHandle },
    entries: ReadonlyMap<number, Entry>,
  ) {
    this.#folder = folder;
    this.imagesPath = join(folder, imagesName);
    this.#slotSize = slotSize;
    this.#images = files.images;
    this.#journal = files.journal;
    this.#entries = entries;
  }

  /**
   * Opens the folder, with what an earlier run left in it.
   * @throws RoentgenError ERR_NO_SPACE, ERR_IO
   */
  static async open(folder: string, slotSize: number): Promise<PartialImages> {
    const journalPath = join(folder, 'journal');
    const imagesPath = join(folder, imagesName);
    try {
      await mkdir(folder, { recursive: true });
      const text = await readFile(journalPath, 'utf8').catch(() => '');
      // The line that a dying process tore must not swallow the next one.
      await appendFile(journalPath, text === '' || text.endsWith('\n') ? '' : '\n');
      // 'a' would ignore positions and 'r+' needs the file: created first, then opened for writing in place.
      await appendFile(imagesPath, '');
      const images = await open(imagesPath, 'r+');
      const journal = await open(journalPath, 'a');
      return new PartialImages(folder, slotSize, { images, journal }, readJournal(text));
    } catch (error) {
      throw writeError(folder, error);
    }
  }

  /** Whether a slot holds, undamaged, the pixels of the file with this SHA-256. */
  async holds(slot: number, hash: string): Promise<boolean> {
    const entry = this.#entries.get(slot);
    if (entry?.hash !== hash) return false;
    const pixels = Buffer.alloc(this.#slotSize);
    await this.#images.read(pixels, 0, this.#slotSize, slot * this.#slotSize);
    return crc32(pixels) === entry.check;
  }

  /**
   * Fills a slot with the pixels of the file with this SHA-256. Synchronous: writing 50 kB to the page cache
   * takes 45 µs, the trip through the busy thread pool took 180; and journal lines stay whole.
   * @throws RoentgenError ERR_NO_SPACE, ERR_IO
   */
  put(slot: number, hash: string, pixels: Buffer): void {
    try {
      // On a disk that fills up a write is first short, and only the next one fails.
      for (let at = 0; at < this.#slotSize;) {
        const position = slot * this.#slotSize + at;
        at += writeSync(this.#images.fd, pixels, at, this.#slotSize - at, position);
      }
      appendFileSync(this.#journal.fd, `${slot} ${hash} ${crc32(pixels)}\n`);
    } catch (error) {
      throw writeError(this.imagesPath, error);
    }
  }

  async close(): Promise<void> {
    await this.#images.close();
    await this.#journal.close();
  }

  /** Removes the folder, once its images are packed. */
  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A torn or foreign line says nothing; of two lines for a slot the later counts. */
function readJournal(text: string): Map<number, Entry> {
  const entries = new Map<number, Entry>();
  for (const line of text.split('\n')) {
    const [, slot, hash, check] = journalLine.exec(line) ?? [];
    if (slot === undefined || hash === undefined || check === undefined) continue;
    entries.set(Number(slot), { hash, check: Number(check) });
  }
  return entries;
}
