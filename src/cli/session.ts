/** What a verb works with: where it tells how it goes on, and whether the user wants it to stop. */
import { constants } from 'node:os';
import { Terminal } from './terminal.js';

export interface Session {
  /** One JSON document on stdout, and nothing else there. */
  readonly json: boolean;
  /** Tell everything: all problems, and where errors arose. */
  readonly verbose: boolean;
  /** stderr. */
  readonly terminal: Terminal;
  /**
   * From now on the first Ctrl-C aborts the returned signal and prints `message`; the second ends the process
   * at once with exit code 130. Without this, the first one does.
   */
  catchInterrupt(message: string): AbortSignal;
}

export function createSession(flags: { json: boolean; verbose: boolean }): Session {
  const terminal = new Terminal(process.stderr);
  return { ...flags, terminal, catchInterrupt: (message) => interruptSignal(terminal, message) };
}

/** By the shells' convention a process that a signal ended has exit code 128 + its number. */
const interrupted = 128 + constants.signals.SIGINT;

function interruptSignal(terminal: Terminal, message: string): AbortSignal {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) {
      terminal.endLive();
      process.exit(interrupted);
    }
    terminal.print(message);
    controller.abort();
  });
  return controller.signal;
}
