/** Calls into the addon: errors get their class and the caller's stack, aborts and progress their manners. */
import { errorCodes, RoentgenError, type ErrorCode } from './errors.js';
import type { NativeProgress, Operation } from './addon.js';

/** How the caller of a long operation watches and stops it. */
export interface Hooks<P = NativeProgress> {
  /** Called on the event loop, at most as often as it keeps up. If it throws, the operation is cancelled. */
  onProgress?: ((progress: P) => void) | undefined;
  /** Rejects with an AbortError (code ABORT_ERR, cause = the signal's reason) once the work has stopped. */
  signal?: AbortSignal | undefined;
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && code in errorCodes;
}

/** The addon's error as ours, with the stack of `at`, an error made where the user called. */
function translate(cause: unknown, at: Error): unknown {
  if (!(cause instanceof Error) || cause instanceof RoentgenError) return cause;
  const { code } = cause as Error & { code?: unknown };
  if (!isErrorCode(code)) return cause;
  const error = new RoentgenError(code, cause.message);
  const frames = at.stack?.split('\n').filter((line) => line.startsWith('    at '));
  if (frames) error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
}

/** Runs a synchronous call into the addon. */
export function callNative<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw translate(cause, new Error());
  }
}

/** Starts an operation and follows it to its end, that is, until the native thread has left it. */
export async function runNative<T>(
  start: (onProgress?: (progress: NativeProgress) => void) => Operation<T>,
  { onProgress, signal }: Hooks = {},
): Promise<T> {
  const at = new Error();
  throwIfAborted(signal);
  let thrown: { error: unknown } | undefined;
  const operation = callNative(() =>
    start(
      onProgress &&
        ((progress) => {
          try {
            if (!thrown) onProgress(progress);
          } catch (error) {
            // An exception in a native callback would be lost: keep it, and stop the work.
            thrown = { error };
            operation.cancel();
          }
        }),
    ),
  );
  const cancel = (): void => {
    operation.cancel();
  };
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const result = await operation.promise;
    if (thrown) throw thrown.error;
    return result;
  } catch (cause) {
    if (thrown) throw thrown.error;
    if (isAbort(cause) && signal?.aborted) throw abortError(signal);
    throw translate(cause, at);
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

/** Throws the AbortError of a signal that was aborted already. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}

/** Whether an error says that the work was aborted. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === 'ABORT_ERR';
}

/** The AbortError of an aborted signal. */
export function abortError(signal: AbortSignal): RoentgenError {
  return new RoentgenError('ABORT_ERR', 'The operation was aborted', { cause: signal.reason });
}
