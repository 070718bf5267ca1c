/** What set-up prints: one line for each step, a moving line while one works, and errors with remedies. */

/** A failure with what the user can paste to get past it. */
export class SetupError extends Error {
  /** @param {string} message @param {string[]} remedies commands or sentences, most likely first */
  constructor(message, remedies = []) {
    super(message);
    this.name = 'SetupError';
    this.remedies = remedies;
  }
}

/** Where no terminal redraws a line, a sign of life this often keeps a long step from looking dead. */
const aliveEveryMs = 30_000;

export const formatSeconds = (ms) =>
  ms < 60_000
    ? `${(ms / 1000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;

/** Prints to `stream`, each step and failure as one of `program`; every method ends the moving line first. */
export function createReporter(stream = process.stdout, program = 'setup') {
  let moving = false;
  let lastAlive = Date.now();
  const endMoving = () => {
    if (moving) stream.write('\r\x1b[K');
    moving = false;
  };
  const line = (text) => {
    endMoving();
    stream.write(`${text}\n`);
  };
  return {
    line,
    step: (name, text) => line(`${program}: ${name.padEnd(12)} ${text}`),
    detail: (text) => line(`       ${text}`),
    progress(text) {
      if (stream.isTTY) {
        moving = true;
        stream.write(`\r\x1b[K${`       ${text}`.slice(0, (stream.columns || 80) - 1)}`);
      } else if (Date.now() - lastAlive >= aliveEveryMs) {
        lastAlive = Date.now();
        line(`       ${text}`);
      }
    },
    failure(error) {
      line(`${program} failed: ${error.message}`);
      if (!error.remedies?.length) return;
      line('What helps (paste one):');
      for (const remedy of error.remedies) line(`  ${remedy}`);
    },
  };
}
