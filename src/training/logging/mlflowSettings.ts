/** Where MLflow tracks runs, as MLflow's own environment variables say it. */
import { invalidArgument, RoentgenError } from '../../native/index.js';

export interface MlflowSettings {
  /** Of the tracking server: http or https, without credentials and without a slash at the end. */
  uri: string;
  experiment: string;
  /** Value of the `Authorization` header. A secret: it is neither logged nor written to a file. */
  authorization?: string | undefined;
}

const defaultExperiment = 'roentgen';

/**
 * Reads `MLFLOW_TRACKING_URI`; `MLFLOW_EXPERIMENT_NAME`, by default `roentgen`; and the credentials, of which a user
 * name and password come before a token: `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`, those in the
 * URI, `MLFLOW_TRACKING_TOKEN`.
 * @returns null where `MLFLOW_TRACKING_URI` is unset or empty: runs are not tracked then
 * @throws RoentgenError ERR_INVALID_ARGUMENT where the URI is no http or https URL
 */
export function mlflowFromEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): MlflowSettings | null {
  const given = env['MLFLOW_TRACKING_URI'];
  if (!given) return null;
  const url = parseUri(given);
  return {
    uri: `${url.origin}${url.pathname}`.replace(/\/+$/, ''),
    experiment: env['MLFLOW_EXPERIMENT_NAME'] || defaultExperiment,
    authorization: authorizationOf(env, url),
  };
}

function parseUri(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  // A URI may hold a password, so only what stands before its first colon is told.
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(given)?.[1];
  throw new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `Expected an http or https URL for MLFLOW_TRACKING_URI but received ` +
      `${scheme === undefined ? 'something without a scheme' : `the scheme ${scheme}`}: start ` +
      '`mlflow server --host 127.0.0.1 --port 5000` and set MLFLOW_TRACKING_URI=http://127.0.0.1:5000',
  );
}

function authorizationOf(
  env: Readonly<Record<string, string | undefined>>,
  url: URL,
): string | undefined {
  const user = env['MLFLOW_TRACKING_USERNAME'] || decode(url.username);
  const password = env['MLFLOW_TRACKING_PASSWORD'] || decode(url.password);
  const token = env['MLFLOW_TRACKING_TOKEN'];
  if (user && password) return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  if (!token) return undefined;
  // No header can hold any other, so that every request would fail.
  if (/^[\x21-\x7e]+$/.test(token)) return `Bearer ${token}`;
  throw invalidArgument('MLFLOW_TRACKING_TOKEN', 'printable ASCII without spaces', 'another value');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
