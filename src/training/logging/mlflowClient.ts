/** MLflow's REST API, as far as a training run needs it: https://mlflow.org/docs/latest/api_reference/rest-api.html */
import { z } from 'zod';
import { invalidArgument } from '../../native/index.js';

/** Where runs go, from MLflow's own environment variables. */
export interface MlflowServer {
  /** Without a slash at the end. */
  uri: string;
  experiment: string;
  headers: Readonly<Record<string, string>>;
}

/**
 * `MLFLOW_TRACKING_URI` says where; `MLFLOW_EXPERIMENT_NAME` (default `roentgen`) under which name; and
 * `MLFLOW_TRACKING_TOKEN`, or `_USERNAME` and `_PASSWORD`, with what right. Undefined without the first.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a URI that is not HTTP
 */
export function mlflowServer(
  env: Readonly<Record<string, string | undefined>> = process.env,
): MlflowServer | undefined {
  const uri = env['MLFLOW_TRACKING_URI'];
  if (uri === undefined || uri === '') return undefined;
  if (!/^https?:\/\//.test(uri) || !URL.canParse(uri)) {
    throw invalidArgument(
      'MLFLOW_TRACKING_URI',
      'http://… or https://… (start one with `mlflow server --port 5000`, or leave the variable unset)',
      uri,
    );
  }
  return {
    uri: uri.replace(/\/+$/, ''),
    experiment: env['MLFLOW_EXPERIMENT_NAME'] ?? 'roentgen',
    headers: authorization(env),
  };
}

function authorization(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const token = env['MLFLOW_TRACKING_TOKEN'];
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  const user = env['MLFLOW_TRACKING_USERNAME'];
  if (user === undefined) return {};
  const pair = Buffer.from(`${user}:${env['MLFLOW_TRACKING_PASSWORD'] ?? ''}`);
  return { authorization: `Basic ${pair.toString('base64')}` };
}

/** A request that did not succeed. */
export class MlflowError extends Error {
  constructor(
    message: string,
    /** Whether the same request may succeed later: the server is away or busy. */
    readonly retryable: boolean,
  ) {
    super(message);
  }
}

/** Longest wait for one answer. */
const timeoutMs = 10_000;

const experimentSchema = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const createdSchema = z.object({ experiment_id: z.string() });
const runSchema = z.object({
  run: z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) }),
});

/** A run on the server. */
export interface RemoteRun {
  runId: string;
  artifactUri: string;
}

export interface Metric {
  key: string;
  value: number;
  timestamp: number;
  step: number;
}

/** Each method throws MlflowError. */
export class MlflowClient {
  constructor(
    private readonly server: MlflowServer,
    private readonly signal: AbortSignal,
  ) {}

  async createRun(name: string, startTime: number): Promise<RemoteRun> {
    const body = {
      experiment_id: await this.experimentId(),
      run_name: name,
      start_time: startTime,
      tags: [
        { key: 'mlflow.source.name', value: 'roentgen' },
        { key: 'mlflow.source.type', value: 'LOCAL' },
      ],
    };
    const { info } = (await this.post('runs/create', body, runSchema)).run;
    return { runId: info.run_id, artifactUri: info.artifact_uri };
  }

  async logParams(runId: string, params: Readonly<Record<string, string>>): Promise<void> {
    const list = Object.entries(params).map(([key, value]) => ({ key, value }));
    await this.post('runs/log-batch', { run_id: runId, params: list }, z.unknown());
  }

  async logMetrics(runId: string, metrics: readonly Metric[]): Promise<void> {
    await this.post('runs/log-batch', { run_id: runId, metrics }, z.unknown());
  }

  /** @param endTime milliseconds since 1970; none while it runs */
  async updateRun(runId: string, status: string, endTime?: number): Promise<void> {
    const end = endTime === undefined ? {} : { end_time: endTime };
    await this.post('runs/update', { run_id: runId, status, ...end }, z.unknown());
  }

  /** Only a server that takes artifacts in can be given any; others hand out storage of their own kind. */
  async putArtifact({ artifactUri }: RemoteRun, name: string, content: Uint8Array): Promise<void> {
    const [, path] = /^mlflow-artifacts:\/*(?:[^/]*:\d+\/)?(.*)$/.exec(artifactUri) ?? [];
    if (path === undefined) {
      throw new MlflowError(
        `artifacts of this server go to ${artifactUri}; start it with --artifacts-destination to have them`,
        false,
      );
    }
    const route = `mlflow-artifacts/artifacts/${path}/${encodeURIComponent(name)}`;
    await this.request('PUT', route, content, 'application/octet-stream');
  }

  private async experimentId(): Promise<string> {
    const name = this.server.experiment;
    const query = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    const find = async (): Promise<string> => {
      const answer = await this.request('GET', query);
      return parse(experimentSchema, answer).experiment.experiment_id;
    };
    try {
      return await find();
    } catch (error) {
      if (!(error instanceof MlflowError) || error.retryable) throw error;
    }
    try {
      return (await this.post('experiments/create', { name }, createdSchema)).experiment_id;
    } catch (error) {
      if (!(error instanceof MlflowError) || error.retryable) throw error;
      // Another run may have made it in between.
      return find();
    }
  }

  private async post<T>(route: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
    return parse(schema, await this.request('POST', `mlflow/${route}`, JSON.stringify(body)));
  }

  private async request(
    method: string,
    route: string,
    body?: string | Uint8Array,
    type = 'application/json',
  ): Promise<string> {
    const path = route.startsWith('mlflow') ? route : `mlflow/${route}`;
    let response: Response;
    try {
      response = await fetch(`${this.server.uri}/api/2.0/${path}`, {
        method,
        headers: { ...this.server.headers, 'content-type': type },
        signal: AbortSignal.any([this.signal, AbortSignal.timeout(timeoutMs)]),
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.text();
      if (response.ok) return text;
      const retryable = response.status >= 500 || response.status === 429;
      throw new MlflowError(`${response.status} ${text.slice(0, 300)}`, retryable);
    } catch (error) {
      if (error instanceof MlflowError) throw error;
      const { cause, message } = error as Error;
      throw new MlflowError(cause instanceof Error ? cause.message : message, true);
    }
  }
}

function parse<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new MlflowError(`an answer that is not MLflow's: ${text.slice(0, 100)}`, false);
  }
}
