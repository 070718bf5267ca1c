/** What a verb's end looks like: its result, the files it could not use, or why it failed. */
import type { Problem } from '../data/index.js';
import { notice } from '../models/index.js';
import { errorCodes } from '../native/index.js';
import { toFailure } from './failure.js';
import type { Session } from './session.js';
import { plural } from './text.js';
import type { Outcome } from './verb.js';

const listedProblems = 10;

/** Prints an outcome, and returns the exit code. */
export function printOutcome(outcome: Outcome, { json, verbose, terminal }: Session): number {
  const { problems = [], keepGoing = false, failed = false, showsPredictions = false } = outcome;
  terminal.endLive();
  process.stdout.write(json ? toJson(outcome.json) : outcome.text);
  for (const line of problemLines(problems, verbose)) terminal.print(line);
  if (showsPredictions) terminal.print(terminal.style.dim(notice));
  if (typeof failed === 'string') return errorCodes[failed].exitCode;
  if (typeof failed === 'number') return failed;
  return failed || (problems.length > 0 && !keepGoing) ? 1 : 0;
}

/** Prints an error, and returns the exit code. */
export function printFailure(error: unknown, { json, verbose, terminal }: Session): number {
  const { code, message, details, exitCode, trace } = toFailure(error);
  if (json) process.stdout.write(toJson({ error: { code, message, details } }));
  terminal.print(`${terminal.style.red('roentgen:')} ${message} [${code}]`);
  if (verbose) terminal.print(trace);
  return exitCode;
}

/** How many files were not used and why: the first ten, or all. */
export function problemLines(problems: readonly Problem[], all: boolean): string[] {
  if (problems.length === 0) return [];
  const shown = all ? problems : problems.slice(0, listedProblems);
  const hidden = problems.length - shown.length;
  return [
    `${plural(problems.length, 'problem')}:`,
    ...shown.map(({ file, message, code }) => `  ${file}: ${message} [${code}]`),
    ...(hidden > 0 ? [`  and ${plural(hidden, 'other')}; --verbose lists all`] : []),
  ];
}

function toJson(value: unknown): string {
  return value === undefined ? '' : `${JSON.stringify(value, null, 2)}\n`;
}
