/** Event files that TensorBoard shows: figures, images and text over the steps of a run. */
import { open, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { invalidArgument, RoentgenError, writeError } from '../../native/index.js';
import { imageEvent, scalarEvent, textEvent, versionEvent, type Moment } from './eventMessage.js';
import { frameRecord } from './recordFile.js';

/**
 * Writes one event file. A run that is resumed creates another in the same folder; TensorBoard reads them as one.
 *
 * Events stay in memory until `flush`, which the training loop calls after each epoch: that bounds the memory, and
 * is when a TensorBoard that watches the folder sees them.
 *
 * A step is an integer from 0 to 2^53 - 1. `scalar`, `image` and `text` throw ERR_INVALID_ARGUMENT for another, and
 * ERR_DISPOSED after `close`.
 */
export class EventWriter {
  /** Whole records that are not in the file yet. */
  private readonly pending: Uint8Array[] = [];
  /** Bytes of whole records that are in the file. */
  private written = 0;
  /** The latest flush: the next one begins where it ended. */
  private flushing: Promise<void> = Promise.resolve();
  private closed = false;

  private constructor(
    /** Of the event file. */
    readonly path: string,
    private readonly file: FileHandle,
    private readonly now: () => number,
  ) {}

  /**
   * Creates `events.out.tfevents.<seconds>.<host>.<pid>.0` in `folder`, which must exist, and writes the version
   * record into it. Where that file is there already the last number is the next that is free.
   * @param options.now the time in milliseconds since 1970; default `Date.now`
   * @throws RoentgenError ERR_NO_SPACE, ERR_IO
   */
  static async create(
    folder: string,
    { now = Date.now }: { now?: () => number } = {},
  ): Promise<EventWriter> {
    const begun = now() / 1000;
    const { path, file } = await createEventFile(folder, Math.floor(begun));
    const writer = new EventWriter(path, file, now);
    writer.add(versionEvent(begun));
    try {
      await writer.flush();
    } catch (error) {
      // What went wrong first is what the caller must hear.
      await file.close().catch(() => undefined);
      throw error;
    }
    return writer;
  }

  /** A point of a curve; NaN and infinities are kept. @param value is stored as a 32-bit float */
  scalar(tag: string, value: number, step: number): void {
    this.add(scalarEvent(this.moment(step), tag, value));
  }

  /** @param size of `png`, in pixels: integers from 1 */
  image(tag: string, png: Uint8Array, size: { width: number; height: number }, step: number): void {
    requireInteger('size.width', size.width, 1);
    requireInteger('size.height', size.height, 1);
    this.add(imageEvent(this.moment(step), tag, png, size));
  }

  /** Shown as Markdown, under the text tab. */
  text(tag: string, markdown: string, step: number): void {
    this.add(textEvent(this.moment(step), tag, markdown));
  }

  /**
   * Appends what is pending to the file. Where that fails the file is cut back to its last whole record, and what
   * is pending stays so: another flush tries again.
   * @throws RoentgenError ERR_NO_SPACE, ERR_IO
   */
  async flush(): Promise<void> {
    // How an earlier flush ended its own caller knows.
    this.flushing = this.flushing.catch(() => undefined).then(() => this.append());
    await this.flushing;
  }

  /** Flushes and lets go of the file; a second call does nothing. Throws as `flush`. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    try {
      await this.flush();
    } finally {
      await this.file.close().catch((cause: unknown) => {
        throw writeError(this.path, cause);
      });
    }
  }

  private moment(step: number): Moment {
    requireInteger('step', step, 0);
    return { wallTime: this.now() / 1000, step };
  }

  private add(event: Uint8Array): void {
    if (this.closed) throw new RoentgenError('ERR_DISPOSED', `${this.path} is closed`);
    this.pending.push(frameRecord(event));
  }

  private async append(): Promise<void> {
    const count = this.pending.length;
    const bytes = Buffer.concat(this.pending);
    try {
      await writeAt(this.file, bytes, this.written);
    } catch (cause) {
      await this.file.truncate(this.written).catch(() => undefined);
      throw writeError(this.path, cause);
    }
    this.pending.splice(0, count);
    this.written += bytes.length;
  }
}

/** Any other number would be a message that cannot be read. */
function requireInteger(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw invalidArgument(name, `an integer from ${least} to 2^53 - 1`, value);
}

/** Opens a file that nobody else writes; its name sorts by time, as TensorBoard reads them. */
async function createEventFile(
  folder: string,
  seconds: number,
): Promise<{ path: string; file: FileHandle }> {
  const name = `events.out.tfevents.${String(seconds).padStart(10, '0')}.${hostname()}.${process.pid}`;
  for (let number = 0; ; number += 1) {
    const path = join(folder, `${name}.${number}`);
    try {
      return { path, file: await open(path, 'wx') };
    } catch (cause) {
      const taken = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
      if (!taken) throw writeError(path, cause);
    }
  }
}

/** A disk that fills up takes a part of the bytes first; the next call, for the rest, says that it is full. */
async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
