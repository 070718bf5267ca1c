/** What a verb works with: where it tells how it goes on, and whether the user wants it to stop. */
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
   * at once, which shells report as exit code 130. Without this, the first one does.
   */
  catchInterrupt(message: string): AbortSignal;
  /** Throws ERR_INVALID_ARGUMENT where `roentgen …argv` names no verb, or a flag or a value that the verb does not take. */
  checkCommand(argv: readonly string[]): Promise<void>;
}

export function createSession(given: Pick<Session, 'json' | 'verbose' | 'checkCommand'>): Session {
  const terminal = new Terminal(process.stderr);
  return { ...given, terminal, catchInterrupt: (message) => interruptSignal(terminal, message) };
}

function interruptSignal(terminal: Terminal, message: string): AbortSignal {
  const controller = new AbortController();
  // Once: a second one has the system's own effect. process.exit would wait for the step in work.
  process.once('SIGINT', () => {
    terminal.print(message);
    controller.abort();
  });
  return controller.signal;
}
