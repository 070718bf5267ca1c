/** Where progress and notes go: plain lines, and on a terminal one line below them that is redrawn. */
import { styleFor, type Style } from './style.js';

/** Ten a second: faster than that nobody can read. */
const redrawEveryMs = 100;
const usualColumns = 80;

/** The part of a writable stream that is needed: process.stderr, or a test's own. */
export interface TerminalStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export class Terminal {
  readonly style: Style;
  /** Whether a line can be redrawn. */
  readonly interactive: boolean;
  readonly #stream: TerminalStream;
  readonly #now: () => number;
  #drawn = false;
  #drawnAt = -Infinity;

  constructor(stream: TerminalStream, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
    this.style = styleFor(stream);
    this.interactive = stream.isTTY === true && process.env['TERM'] !== 'dumb';
  }

  /** Writes a line that stays, above the live one. */
  print(line: string): void {
    this.endLive();
    this.#stream.write(`${line}\n`);
  }

  /** Redraws the live line with what `render` makes of the width, in columns; does nothing elsewhere. */
  live(render: (width: number) => string): void {
    if (!this.interactive || this.#now() - this.#drawnAt < redrawEveryMs) return;
    // Room for the ^C that the terminal itself writes: it must not push the line down.
    const width = (this.#stream.columns || usualColumns) - '^C'.length - 1;
    this.#stream.write(`\r\x1b[K${render(width)}`);
    this.#drawn = true;
    this.#drawnAt = this.#now();
  }

  /** Takes the live line away. */
  endLive(): void {
    if (this.#drawn) this.#stream.write('\r\x1b[K');
    this.#drawn = false;
    this.#drawnAt = -Infinity;
  }
}
