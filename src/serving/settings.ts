/** What a server can be told, by `serve` and on the command line: names, ranges, defaults. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { defaultPixelLimit } from '../data/index.js';
import { predictorSettingsSchema, type PredictorSettings } from '../inference/index.js';
import { invalidArgument, RoentgenError } from '../native/index.js';

/** In bytes. */
export const mebibyte = 2 ** 20;
/** Long enough that nobody guesses one at the rate that clients are held to. */
const shortestToken = 16;
/** Environment variable with the token. */
export const tokenVariable = 'ROENTGEN_TOKEN';

/** Who may reach the server. */
export const accessSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on; any but loopback needs a token'),
  port: z.int().min(0).max(65_535).default(8080).describe('Port; 0 takes any that is free'),
  tokenFile: z
    .string()
    .optional()
    .describe(`File with the bearer token that clients must send [${tokenVariable}, or none]`),
  allowUnauthenticated: z
    .boolean()
    .default(false)
    .describe('Listen beyond loopback without a token: whoever reaches the port may ask'),
  allowedHosts: z
    .array(z.string().min(1))
    .optional()
    .describe('Names that clients may call the server by [on loopback localhost, else any]'),
  trustProxy: z
    .boolean()
    .default(false)
    .describe("Take clients' addresses from X-Forwarded-For, as a proxy in front writes it"),
});

/** What one client, one request and all together may ask for. */
export const limitsSchema = z.strictObject({
  rateLimit: z
    .int()
    .min(0)
    .max(10_000_000)
    .default(6000)
    .describe('Requests of one client in a minute; 0 for any number'),
  maxBodyMiB: z.int().min(1).max(1024).default(64).describe('Largest body of a request, in MiB'),
  maxPendingMiB: z
    .int()
    .min(1)
    .max(1_048_576)
    .default(512)
    .describe('Bodies of all requests in work, in MiB; more are refused'),
  maxImages: z.int().min(1).max(1024).default(64).describe('Most images of one request'),
  maxPixels: z
    .int()
    .min(1)
    .default(defaultPixelLimit)
    .describe('Most pixels of one image, as its header says'),
  requestTimeout: z
    .int()
    .min(1)
    .max(3600)
    .default(60)
    .describe('Seconds for a request from its first byte to its answer, waiting included'),
});

/** How the server runs, tells of itself, and ends. */
export const operationSchema = z.strictObject({
  reloadInterval: z
    .number()
    .min(0)
    .max(3600)
    .default(2)
    .describe('Seconds between looks at the model files for new ones; 0 never looks'),
  shutdownGrace: z
    .number()
    .min(0)
    .max(3600)
    .default(30)
    .describe('Seconds that accepted requests have to finish when the server is asked to end'),
  shutdownDelay: z
    .number()
    .min(0)
    .max(3600)
    .default(0)
    .describe('Seconds in which /health says 503 before, so that balancers look elsewhere'),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severe lines of the log: JSON on stderr'),
});

export const serveSettingsSchema = z.strictObject({
  ...accessSchema.shape,
  ...limitsSchema.shape,
  ...operationSchema.shape,
  ...predictorSettingsSchema.shape,
});

/** See `serveSettingsSchema` for ranges and defaults. */
export type ServeSettings = z.input<typeof serveSettingsSchema>;
export type ResolvedSettings = z.output<typeof serveSettingsSchema>;

/** Those of the predictor among them. */
export function predictorSettingsOf(settings: ResolvedSettings): PredictorSettings {
  const keys = Object.keys(predictorSettingsSchema.shape);
  return Object.fromEntries(Object.entries(settings).filter(([key]) => keys.includes(key)));
}

/** The token that clients must send; undefined where they need none. */
export type Token = string | undefined;

/**
 * The token that was given, or that of the file, or that of the environment; surrounding space does not count.
 * @throws RoentgenError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT for one that is too short or no header can carry
 */
export function readToken(
  { token: given, tokenFile }: { token?: string | undefined; tokenFile?: string | undefined },
  environment: NodeJS.ProcessEnv = process.env,
): Token {
  const fromFile = tokenFile === undefined ? undefined : readFile(tokenFile);
  const token = (given ?? fromFile ?? (environment[tokenVariable] || undefined))?.trim();
  if (token === undefined) return undefined;
  // RFC 6750 §2.1: what may stand behind "Bearer".
  if (token.length < shortestToken || !/^[\w.~+/-]+=*$/.test(token)) {
    throw new RoentgenError(
      'ERR_INVALID_ARGUMENT',
      `The token${tokenFile === undefined ? '' : ` in ${tokenFile}`} must be one word of at least ${shortestToken} of A–Z a–z 0–9 - . _ ~ + /: make one with openssl rand -hex 32`,
    );
  }
  return token;
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new RoentgenError('ERR_NOT_FOUND', `${path}: the token cannot be read`, { cause });
  }
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;

export function isLoopback(host: string): boolean {
  return loopback.test(host);
}

/** @throws RoentgenError ERR_INVALID_ARGUMENT where anyone on the network could ask unasked-for questions */
export function checkAccess(
  { host, allowUnauthenticated }: Pick<ResolvedSettings, 'host' | 'allowUnauthenticated'>,
  token: Token,
): void {
  if (isLoopback(host) || token !== undefined || allowUnauthenticated) return;
  throw invalidArgument(
    'host',
    `a loopback address, a token (--token-file or ${tokenVariable}), or --allow-unauthenticated`,
    host,
  );
}
