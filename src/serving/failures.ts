/** Errors as HTTP tells them: a table from codes to statuses, and the one shape of a failed answer. */
import { errorCodes, RoentgenError, type ErrorCode } from '../native/index.js';
import type { FailureBody } from './api.js';
import { withoutPaths } from './withoutPaths.js';

/** Failures that only a server has. */
const serverCodes = {
  ERR_UNAUTHORIZED: { status: 401, meaning: 'the bearer token is missing or wrong' },
  ERR_FORBIDDEN: { status: 403, meaning: 'a page of another site may not ask' },
  ERR_NO_ROUTE: { status: 404, meaning: 'nothing answers there' },
  ERR_NOT_ALLOWED: { status: 405, meaning: 'the address answers other methods' },
  ERR_SLOW_REQUEST: { status: 408, meaning: 'the request did not arrive in time' },
  ERR_BODY_TOO_LARGE: { status: 413, meaning: 'the request has more bytes or parts than it may' },
  ERR_LONG_ADDRESS: { status: 414, meaning: 'the address is too long' },
  ERR_MEDIA_TYPE: { status: 415, meaning: 'the body is of a kind that is not read here' },
  ERR_WRONG_HOST: { status: 421, meaning: 'the server does not go by that name' },
  ERR_RATE_LIMIT: { status: 429, meaning: 'the client asks too often' },
  ERR_LONG_HEADERS: { status: 431, meaning: 'the headers are too large' },
  ERR_TIMEOUT: { status: 503, meaning: 'there was no answer in time' },
  ERR_STOPPING: { status: 503, meaning: 'the server ends' },
} as const;

export type ServerCode = keyof typeof serverCodes;

/** What `RoentgenError`s come to; those that are missing are the server's own fault: 500. */
const statuses: Partial<Record<ErrorCode, number>> = {
  ERR_INVALID_ARGUMENT: 400,
  ERR_UNKNOWN_CLASS: 400,
  ERR_UNKNOWN_MODEL: 404,
  ERR_IMAGE_TOO_LARGE: 413,
  ERR_UNREADABLE_IMAGE: 422,
  ERR_INVALID_FILE: 422,
  ERR_MODEL_MISMATCH: 422,
  ERR_UNSUPPORTED: 422,
  ERR_BUSY: 503,
  ERR_OVERLOADED: 503,
  ERR_DISPOSED: 503,
  ERR_OUT_OF_MEMORY: 503,
  ABORT_ERR: 503,
};

/** What Fastify, its plugins and Node's parser call what clients do wrong; others of theirs go by their status. */
const foreignCodes: Readonly<Record<string, ServerCode>> = {
  FST_PARTS_LIMIT: 'ERR_BODY_TOO_LARGE',
  FST_FILES_LIMIT: 'ERR_BODY_TOO_LARGE',
  FST_FIELDS_LIMIT: 'ERR_BODY_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'ERR_SLOW_REQUEST',
  HPE_HEADER_OVERFLOW: 'ERR_LONG_HEADERS',
};

const serverCodeNames = Object.keys(serverCodes) as ServerCode[];
/** 503 has several meanings, none of which a foreign error has. */
const codesByStatus = new Map(
  serverCodeNames
    .map((code) => [serverCodes[code].status as number, code] as const)
    .filter(([status]) => status < 500),
);

/** Seconds after which a client that was turned away may try again. */
const retryAfterSeconds = 1;

/** A request that a route turns down for a reason of HTTP's. */
export class RequestError extends Error {
  readonly code: ServerCode;

  constructor(code: ServerCode, message: string) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
  }
}

export interface Failure {
  status: number;
  body: FailureBody;
  headers: Record<string, string>;
  /** Whether the log should have all of the error. */
  unexpected: boolean;
}

/**
 * How an error of any kind is answered. What clients caused is said in words, without the server's paths; of what they
 * did not cause they learn the kind alone.
 */
export function toFailure(error: unknown, requestId: string): Failure {
  const { code, status, message } = classify(error);
  const headers: Record<string, string> = {};
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="roentgen"';
  if (status === 429 || status === 503) headers['retry-after'] = String(retryAfterSeconds);
  return {
    status,
    body: { error: withoutPaths(message), code, requestId },
    headers,
    unexpected: status >= 500 && status !== 503,
  };
}

interface Classified {
  code: ErrorCode | ServerCode;
  status: number;
  message: string;
}

function classify(error: unknown): Classified {
  if (error instanceof RequestError) {
    const { code, message } = error;
    return { code, message, status: serverCodes[code].status };
  }
  if (error instanceof RoentgenError) {
    const { code, message } = error;
    const status = statuses[code] ?? 500;
    const theirs = status < 500 || code === 'ERR_OVERLOADED';
    return { code, status, message: theirs ? message : ownFault(code) };
  }
  const { code: foreign, statusCode, message } = toForeign(error);
  const code = foreignCodes[foreign] ?? codesByStatus.get(statusCode);
  if (code !== undefined) {
    const { status, meaning } = serverCodes[code];
    return { code, status, message: status < 500 ? message : meaning };
  }
  if (statusCode >= 400 && statusCode < 500) {
    return { code: 'ERR_INVALID_ARGUMENT', status: 400, message };
  }
  return { code: 'ERR_INTERNAL', status: 500, message: ownFault('ERR_INTERNAL') };
}

function ownFault(code: ErrorCode): string {
  const { meaning } = errorCodes[code];
  return code === 'ERR_INTERNAL'
    ? 'internal error; the log has it under this request id'
    : `internal error: ${meaning}; the log has it under this request id`;
}

/** Whatever was thrown, with the fields that errors of HTTP libraries have. */
function toForeign(error: unknown): { code: string; statusCode: number; message: string } {
  const { code, statusCode, message } = Object(error) as Record<string, unknown>;
  return {
    code: typeof code === 'string' ? code : '',
    statusCode: typeof statusCode === 'number' ? statusCode : 500,
    message: typeof message === 'string' ? message : '',
  };
}
