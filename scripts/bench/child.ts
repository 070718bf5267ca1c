/** The measuring programs of the folder `programs`. */
import { join } from 'node:path';
import type { Command } from '../../src/benchmark/index.js';

export { inTurn, run, runForOne } from '../../src/benchmark/index.js';
export type { Command } from '../../src/benchmark/index.js';

/** A program of the folder `programs`. */
export function program(name: string, ...args: string[]): Command {
  return { file: process.execPath, args: [join(__dirname, 'programs', `${name}.js`), ...args] };
}
