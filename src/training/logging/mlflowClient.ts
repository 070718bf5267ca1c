/** MLflow's REST interface, version 2.0: the few of its calls that a training run needs. */
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { isAbort, packageVersion, RoentgenError } from '../../native/index.js';
import { exchange, type Answer, type Exchange } from './httpExchange.js';
import type { Beginning, Entry, MlflowRunReference } from './mlflowEntries.js';
import type { MlflowSettings } from './mlflowSettings.js';

/** What a failed call means for what follows: try again, leave out what was sent, or send nothing more. */
export type FailureKind = 'away' | 'refused' | 'denied';

export class DeliveryError extends RoentgenError {
  constructor(
    readonly kind: FailureKind,
    message: string,
    /** MLflow's own name of the error, where it gave one. */
    readonly mlflowCode?: string,
  ) {
    super('ERR_IO', message);
  }
}

export type Param = Extract<Entry, { kind: 'param' }>;
export type Metric = Extract<Entry, { kind: 'metric' }>;
export type Status = Extract<Entry, { kind: 'status' }>;

/** Statuses besides 5xx that pass by themselves: time-out, too early, too many requests. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);
/** Statuses of a server that does not know who asks, besides 3xx, which says to ask elsewhere. */
const denying: ReadonlySet<number> = new Set([401, 403]);

const keyTag = 'roentgen.key';

const problemSchema = z.object({ error_code: z.string(), message: z.string() });
const runSchema = z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) });
const answers = {
  nothing: z.unknown(),
  experiment: z.object({ experiment: z.object({ experiment_id: z.string() }) }),
  run: z.object({ run: runSchema }),
  runs: z.object({ runs: z.array(runSchema).default([]) }),
};

/** Every call throws a DeliveryError, or an AbortError once `signal` is aborted. */
export class MlflowClient {
  constructor(
    private readonly settings: MlflowSettings,
    private readonly limits: Pick<Exchange, 'signal' | 'silenceMs'>,
  ) {}

  /** The run of that key, which is made where it is not there yet. */
  async openRun(beginning: Beginning): Promise<MlflowRunReference> {
    const experiment = await this.openExperiment(beginning.experiment);
    const { runs } = await this.post('runs/search', answers.runs, {
      experiment_ids: [experiment],
      filter: `tags.\`${keyTag}\` = '${beginning.key}'`,
      max_results: 1,
    });
    const { info } = runs[0] ?? (await this.createRun(experiment, beginning));
    return { runId: info.run_id, artifactUri: info.artifact_uri };
  }

  async logBatch(runId: string, metrics: readonly Metric[], params: readonly Param[]) {
    await this.post('runs/log-batch', answers.nothing, {
      run_id: runId,
      metrics: metrics.map(({ key, value, timestamp, step }) => ({ key, value, timestamp, step })),
      params: params.map(({ key, value }) => ({ key, value })),
    });
  }

  async updateStatus(runId: string, { status, endTime }: Status): Promise<void> {
    await this.post('runs/update', answers.nothing, { run_id: runId, status, end_time: endTime });
  }

  /** Streams the file at `path` through the server to where the run's artifacts are, under `name`. */
  async upload(run: MlflowRunReference, name: string, path: string): Promise<void> {
    const target = this.artifactUrl(run.artifactUri, name);
    const file = await open(path).catch((error: unknown) => {
      throw new DeliveryError('refused', error instanceof Error ? error.message : String(error));
    });
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new DeliveryError('refused', `${path} is no file`);
      const { size } = stats;
      // A file that grows meanwhile is sent as it was.
      const body = file.createReadStream({ end: Math.max(size - 1, 0), autoClose: false });
      const headers = { 'content-type': 'application/octet-stream', 'content-length': size };
      await this.send({ method: 'PUT', url: target, headers, body });
    } finally {
      await file.close();
    }
  }

  private async openExperiment(name: string): Promise<string> {
    const query = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    const find = () => this.get(query, answers.experiment);
    const found = await find().catch(async (error: unknown) => {
      requireCode(error, 'RESOURCE_DOES_NOT_EXIST');
      // Another run may make it at the same time.
      await this.post('experiments/create', answers.nothing, { name }).catch((error: unknown) => {
        requireCode(error, 'RESOURCE_ALREADY_EXISTS');
      });
      return find();
    });
    return found.experiment.experiment_id;
  }

  private async createRun(experiment: string, { runName, startTime, key }: Beginning) {
    const tags = {
      'mlflow.runName': runName,
      'mlflow.source.type': 'LOCAL',
      'mlflow.source.name': 'roentgen',
      'roentgen.version': packageVersion,
      [keyTag]: key,
    };
    const { run } = await this.post('runs/create', answers.run, {
      experiment_id: experiment,
      run_name: runName,
      start_time: startTime,
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    });
    return run;
  }

  private artifactUrl(artifactUri: string, name: string): string {
    const root = /^mlflow-artifacts:(\/(?!\/).*)$/.exec(artifactUri)?.[1];
    if (root === undefined) {
      throw new DeliveryError(
        'refused',
        `the experiment keeps its artifacts at ${artifactUri}, which is not written through the server; start ` +
          'the server with --artifacts-destination, and log to a new experiment',
      );
    }
    const path = `${root}/${name}`.split('/').map(encodeURIComponent).join('/');
    return `${this.settings.uri}/api/2.0/mlflow-artifacts/artifacts${path}`;
  }

  private async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const answer = await this.send({ method: 'GET', url: this.url(path), headers: {} });
    return parse(answer, schema, path);
  }

  private async post<T>(path: string, schema: z.ZodType<T>, message: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(message);
    const answer = await this.send({ method: 'POST', url: this.url(path), headers, body });
    return parse(answer, schema, path);
  }

  private url(path: string): string {
    return `${this.settings.uri}/api/2.0/mlflow/${path}`;
  }

  private async send(request: Omit<Exchange, 'signal' | 'silenceMs'>): Promise<Answer> {
    const { authorization } = this.settings;
    const headers = { ...request.headers, ...(authorization && { authorization }) };
    const answer = await exchange({ ...request, headers, ...this.limits }).catch(
      (error: unknown) => {
        if (isAbort(error)) throw error;
        throw new DeliveryError('away', error instanceof Error ? error.message : String(error));
      },
    );
    const { status } = answer;
    if (status >= 200 && status < 300) return answer;
    const problem = problemSchema.safeParse(readJson(answer.text)).data;
    const reason = problem?.message.split('\n', 1).join('').slice(0, 300);
    const message = `HTTP ${status}${reason ? `, ${reason}` : ''}`;
    throw new DeliveryError(kindOf(status), message, problem?.error_code);
  }
}

function kindOf(status: number): FailureKind {
  if (status >= 500 || passing.has(status)) return 'away';
  return status < 400 || denying.has(status) ? 'denied' : 'refused';
}

function parse<T>({ text }: Answer, schema: z.ZodType<T>, path: string): T {
  const answer = schema.safeParse(readJson(text));
  if (answer.success) return answer.data;
  throw new DeliveryError('denied', `its answer to ${path} is not one of MLflow`);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Throws every other error. */
function requireCode(error: unknown, code: string): void {
  if (!(error instanceof DeliveryError && error.mlflowCode === code)) throw error;
}
