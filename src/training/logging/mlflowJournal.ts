/** The file of what a run logs to MLflow: whatever happens to the process or the server, it is delivered in order. */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { RoentgenError, writeError } from '../../native/index.js';
import {
  isEntry,
  lineSchema,
  type Beginning,
  type Entry,
  type Line,
  type MlflowRunReference,
} from './mlflowEntries.js';

/** An entry and the byte where it ends. */
export interface Pending {
  entry: Entry;
  end: number;
}

/** More than any line is long. */
const chunkBytes = 900_000;

/**
 * A line of JSON for each fact, only ever appended; in memory is no more than one chunk of it. Writing is synchronous:
 * what was appended outlives the process, and the lines of an epoch are a few hundred bytes.
 */
export class MlflowJournal {
  /** What earlier processes logged: the steps by metric, and the names of the params. */
  readonly logged = { steps: new Map<string, number>(), params: new Set<string>() };
  readonly isNew: boolean;
  readonly beginning: Beginning;
  private reference: MlflowRunReference | undefined;
  private entries = 0;
  private delivered = { count: 0, position: 0 };

  private constructor(
    readonly path: string,
    private readonly file: number,
    private size: number,
    beginning: Beginning,
    private readonly onWriteError: (error: RoentgenError) => void,
  ) {
    this.isNew = size === 0;
    if (this.isNew) this.begin(beginning);
    let known: Beginning | undefined;
    for (const { line } of this.lines(0)) {
      if (line.kind === 'beginning') known = line;
      else this.recall(line);
    }
    if (known === undefined) throw this.broken('its first line is missing');
    this.beginning = known;
  }

  /**
   * Opens the journal at `path`, or begins one. The last line is cut off where a kill or power cut left it in part.
   * @param onWriteError told where a later line cannot be written, ERR_NO_SPACE or ERR_IO; the journal is as it was
   * @throws RoentgenError ERR_INVALID_FILE where a line is broken, ERR_NO_SPACE, ERR_IO
   */
  static open(
    path: string,
    beginning: Omit<Beginning, 'kind'>,
    onWriteError: (error: RoentgenError) => void,
  ): MlflowJournal {
    const file = openFile(path);
    try {
      const first: Beginning = { kind: 'beginning', ...beginning };
      return new MlflowJournal(path, file, wholeLines(file), first, onWriteError);
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  get run(): MlflowRunReference | undefined {
    return this.reference;
  }

  /** Entries that are not delivered yet. */
  get undelivered(): number {
    return this.entries - this.delivered.count;
  }

  append(entry: Entry): void {
    if (this.tryWrite(entry)) this.entries += 1;
  }

  /** The oldest entries that are not delivered, `most` of them, of less than a megabyte together. */
  head(most: number): Pending[] {
    const found: Pending[] = [];
    const { position } = this.delivered;
    for (const { line, end } of this.lines(position)) {
      if (end - position > chunkBytes || found.length === most) break;
      if (isEntry(line)) found.push({ entry: line, end });
    }
    return found;
  }

  remember(run: MlflowRunReference): void {
    this.reference = run;
    this.tryWrite({ kind: 'run', ...run });
  }

  /** @param batch the first entries of `head` */
  markDelivered(batch: readonly Pending[]): void {
    const position = batch.at(-1)?.end ?? this.delivered.position;
    this.delivered = { count: this.delivered.count + batch.length, position };
    this.tryWrite({ kind: 'delivered', ...this.delivered });
  }

  close(): void {
    closeSync(this.file);
  }

  private recall(line: Exclude<Line, Beginning>): void {
    if (line.kind === 'run') this.reference = line;
    else if (line.kind === 'delivered') this.delivered = line;
    else this.entries += 1;
    const { params, steps } = this.logged;
    if (line.kind === 'param') params.add(line.key);
    if (line.kind === 'metric') {
      steps.set(line.key, Math.max(line.step, steps.get(line.key) ?? line.step));
    }
  }

  private begin(beginning: Beginning): void {
    try {
      this.write(beginning);
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  private tryWrite(line: Line): boolean {
    try {
      this.write(line);
      return true;
    } catch (error) {
      this.onWriteError(writeError(this.path, error));
      return false;
    }
  }

  /** Throws the system's error. The part that a full disk took is overwritten by the next line, or cut off by `open`. */
  private write(line: Line): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.file, bytes, done, bytes.length - done, this.size + done);
    }
    this.size += bytes.length;
  }

  private *lines(from: number): Generator<{ line: Line; end: number }> {
    for (let at = from; at < this.size;) {
      const bytes = Buffer.alloc(Math.min(chunkBytes, this.size - at));
      readSync(this.file, bytes, 0, bytes.length, at);
      let start = 0;
      for (let stop = bytes.indexOf(10); stop !== -1; stop = bytes.indexOf(10, start)) {
        yield { line: this.parse(bytes.toString('utf8', start, stop)), end: at + stop + 1 };
        start = stop + 1;
      }
      if (start === 0) throw this.broken('a line is too long');
      at += start;
    }
  }

  private parse(text: string): Line {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw this.broken(`${text.slice(0, 80)} is no JSON`);
    }
    const line = lineSchema.safeParse(value);
    if (line.success) return line.data;
    throw this.broken(`${text.slice(0, 80)} is no line of it`);
  }

  private broken(what: string): RoentgenError {
    return new RoentgenError(
      'ERR_INVALID_FILE',
      `${this.path} cannot be read: ${what}. Delete it to begin another MLflow run.`,
    );
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT);
  } catch (cause) {
    throw writeError(path, cause);
  }
}

/** Cuts off what follows the last line break, and returns the size that is left. */
function wholeLines(file: number): number {
  const { size } = fstatSync(file);
  const tail = Buffer.alloc(Math.min(chunkBytes, size));
  readSync(file, tail, 0, tail.length, size - tail.length);
  const whole = size - tail.length + tail.lastIndexOf(10) + 1;
  ftruncateSync(file, whole);
  return whole;
}
