/** Errors as the command line tells them: a line for people, an object for machines, an exit code for both. */
import { errorCodes, RoentgenError, type ErrorCode } from '../native/index.js';

/** Wrong use of the command line itself, with the command whose help says more. */
export class UsageError extends RoentgenError {
  constructor(message: string, command: string) {
    super('ERR_INVALID_ARGUMENT', `${message} (${command} --help)`);
  }
}

export interface Failure {
  code: ErrorCode;
  message: string;
  details: Readonly<Record<string, unknown>>;
  exitCode: number;
  /** Where it arose, and its causes. */
  trace: string;
}

export function toFailure(error: unknown): Failure {
  const trace = traceOf(error);
  if (error instanceof RoentgenError) {
    const { code, message, details } = error;
    return { code, message, details, exitCode: errorCodes[code].exitCode, trace };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: 'ERR_INTERNAL',
    message: `${reason}. This is a defect in roentgen; --verbose shows where it arose`,
    details: {},
    exitCode: errorCodes.ERR_INTERNAL.exitCode,
    trace,
  };
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by ${traceOf(error.cause)}`;
}
