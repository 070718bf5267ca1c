/** The one table of error codes, and the error class that carries them. */

/** What each code means and the exit code the command line gives it: 1 for a failure, 2 for wrong usage, 3 for splits that leak. */
export const errorCodes = {
  ERR_INVALID_ARGUMENT: {
    exitCode: 2,
    meaning: 'an argument has the wrong type, range or combination',
  },
  ERR_INVALID_CONFIG: {
    exitCode: 2,
    meaning: 'a configuration file has an unknown key or a wrong value',
  },
  ERR_INVALID_SPEC: { exitCode: 2, meaning: 'an architecture file is wrong' },
  ERR_UNKNOWN_MODEL: { exitCode: 2, meaning: 'no architecture or model file has that name' },
  ERR_INPUT_TOO_SMALL: { exitCode: 2, meaning: 'the network does not fit the input size' },
  ERR_NOT_FOUND: { exitCode: 2, meaning: 'a file or folder does not exist' },
  ERR_INVALID_MANIFEST: { exitCode: 2, meaning: 'a CSV manifest is malformed' },
  ERR_EMPTY_DATASET: { exitCode: 1, meaning: 'no image was found' },
  ERR_SINGLE_CLASS: { exitCode: 1, meaning: 'a classifier needs at least two classes' },
  ERR_UNKNOWN_CLASS: { exitCode: 1, meaning: 'data hold a class that the model does not know' },
  ERR_SPLIT_LEAK: { exitCode: 3, meaning: 'the same image or patient is in more than one split' },
  ERR_TEST_SELECTION: {
    exitCode: 2,
    meaning: 'something was to be chosen on test images, without the word that allows it',
  },
  ERR_UNREADABLE_IMAGE: { exitCode: 1, meaning: 'an image cannot be read or decoded' },
  ERR_IMAGE_TOO_LARGE: { exitCode: 1, meaning: 'an image has more pixels than the limit allows' },
  ERR_FILES_SKIPPED: { exitCode: 1, meaning: 'some files failed; they are listed' },
  ERR_INVALID_FILE: { exitCode: 1, meaning: 'a file is malformed' },
  ERR_MODEL_MISMATCH: { exitCode: 1, meaning: 'weights or data do not fit the network' },
  ERR_RESUME_MISMATCH: {
    exitCode: 1,
    meaning: 'the data or the architecture of a run that is resumed have changed',
  },
  ERR_DIVERGED: { exitCode: 1, meaning: 'the loss is not a finite number' },
  ERR_PEER: {
    exitCode: 1,
    meaning: 'another process of the same training is gone, absent, or not like this one',
  },
  ERR_BUSY: { exitCode: 1, meaning: 'the handle is already at work' },
  ERR_OVERLOADED: { exitCode: 1, meaning: 'more work waits than may; ask again later' },
  ERR_DISPOSED: { exitCode: 1, meaning: 'the handle was disposed' },
  ERR_OUT_OF_MEMORY: { exitCode: 1, meaning: 'memory ran out' },
  ERR_NO_SPACE: { exitCode: 1, meaning: 'no space left on the disk' },
  ERR_IO: { exitCode: 1, meaning: 'reading or writing a file failed' },
  ERR_UNSUPPORTED: { exitCode: 1, meaning: 'this build or machine cannot do that' },
  ERR_DEVICE: { exitCode: 1, meaning: 'the device failed or is missing' },
  ERR_ADDON: { exitCode: 1, meaning: 'the native addon cannot be loaded' },
  ERR_TORCH: { exitCode: 1, meaning: 'LibTorch reported an error' },
  ERR_INTERNAL: { exitCode: 1, meaning: 'a defect in roentgen' },
  ABORT_ERR: { exitCode: 130, meaning: 'the operation was aborted' },
} as const;

/** A key of `errorCodes`: what a `RoentgenError` carries as `code`. */
export type ErrorCode = keyof typeof errorCodes;

/**
 * Every error that roentgen throws on purpose. `code` is stable; `message` says what was wrong, where, and
 * what to do; `details` holds whatever a program may want (a list of files, the history so far).
 * An aborted operation has `name` 'AbortError' and code 'ABORT_ERR', as the platform's own have.
 */
export class RoentgenError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = code === 'ABORT_ERR' ? 'AbortError' : 'RoentgenError';
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** The one sentence for a wrong argument, as sharp words it. */
export function invalidArgument(name: string, expected: string, actual: unknown): RoentgenError {
  return new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `Expected ${expected} for ${name} but received ${String(actual)} of type ${typeof actual}`,
  );
}
