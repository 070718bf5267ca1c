/** A tracking server for tests: it keeps what it is told as MLflow's SQL store does, and fails where it is asked to. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface FakeRequest {
  /** `POST runs/log-batch`, or `PUT <path of the artifact>`. */
  call: string;
  query: URLSearchParams;
  authorization: string | undefined;
  bytes: Buffer;
  /** The message that was posted. */
  message: FakeMessage;
}

export interface FakeMetric {
  key: string;
  value: number | string;
  timestamp: number;
  step: number;
}

interface Pair {
  key: string;
  value: string;
}

export interface FakeMessage {
  name?: string;
  run_id?: string;
  run_name?: string;
  filter?: string;
  status?: string;
  tags?: Pair[];
  params?: Pair[];
  metrics?: FakeMetric[];
}

export interface FakeRun {
  id: string;
  name: string | undefined;
  tags: Pair[];
  params: Map<string, string>;
  metrics: FakeMetric[];
  statuses: string[];
}

/** A status instead of an answer; no answer at all; or work done whose answer is lost. */
export type Fault = number | 'silence' | 'lost answer';

const notFound = { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'There is none' };
const exists = { error_code: 'RESOURCE_ALREADY_EXISTS', message: 'There is one' };

export class FakeMlflow {
  readonly requests: FakeRequest[] = [];
  readonly experiments: string[] = [];
  readonly runs: FakeRun[] = [];
  readonly artifacts = new Map<string, string>();
  artifactRoot = 'mlflow-artifacts:/1';
  /** What goes wrong with a request. */
  fault: (request: FakeRequest) => Fault | undefined = () => undefined;
  private readonly server = createServer((request, response) => {
    void this.handle(request, response);
  });

  /** @param port default one that is free */
  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  calls(name: string): FakeRequest[] {
    return this.requests.filter(({ call }) => call === name);
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming);
    this.requests.push(request);
    const fault = this.fault(request);
    if (fault === 'silence') return;
    if (typeof fault === 'number') {
      answer(response, fault, { error_code: 'ASKED_TO', message: 'asked to' });
      return;
    }
    const [status, body] = this.perform(request);
    if (fault === 'lost answer') response.destroy();
    else answer(response, status, body);
  }

  private perform({ call, query, message, bytes }: FakeRequest): [status: number, body: object] {
    const run = this.runs.find(({ id }) => id === message.run_id);
    switch (call) {
      case 'GET experiments/get-by-name': {
        const id = this.experiments.indexOf(query.get('experiment_name') ?? '');
        return id < 0 ? [404, notFound] : [200, { experiment: { experiment_id: String(id) } }];
      }
      case 'POST experiments/create':
        if (this.experiments.includes(message.name ?? '')) return [400, exists];
        this.experiments.push(message.name ?? '');
        return [200, {}];
      case 'POST runs/search': {
        const found = this.runs.filter(({ tags }) =>
          tags.some(({ key, value }) => message.filter === `tags.\`${key}\` = '${value}'`),
        );
        return [200, found.length > 0 ? { runs: found.map((each) => this.describe(each)) } : {}];
      }
      case 'POST runs/create':
        return [200, { run: this.describe(this.create(message)) }];
      case 'POST runs/log-batch':
        if (run === undefined) return [404, notFound];
        log(run, message);
        return [200, {}];
      case 'POST runs/update':
        run?.statuses.push(message.status ?? '');
        return [200, {}];
      default:
        this.artifacts.set(call, bytes.toString());
        return [200, {}];
    }
  }

  private create({ run_name: name, tags = [] }: FakeMessage): FakeRun {
    const id = `run${this.runs.length}`;
    const run = { id, name, tags, params: new Map<string, string>(), metrics: [], statuses: [] };
    this.runs.push(run);
    return run;
  }

  private describe({ id }: FakeRun): object {
    return { info: { run_id: id, artifact_uri: `${this.artifactRoot}/${id}/artifacts` } };
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** A metric that is there already, its time included, is not stored again. */
function log(run: FakeRun, { params = [], metrics = [] }: FakeMessage): void {
  for (const { key, value } of params) run.params.set(key, value);
  const stored = new Set(run.metrics.map((metric) => JSON.stringify(metric)));
  run.metrics.push(...metrics.filter((metric) => !stored.has(JSON.stringify(metric))));
}

async function read(incoming: IncomingMessage): Promise<FakeRequest> {
  const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://fake');
  const bytes = await buffer(incoming);
  const path = decodeURIComponent(pathname).replace(
    /^\/api\/2\.0\/mlflow(-artifacts\/artifacts)?\//,
    '',
  );
  const posted = incoming.method === 'POST' ? bytes.toString() : '{}';
  return {
    call: `${incoming.method ?? ''} ${path}`,
    query: searchParams,
    authorization: incoming.headers.authorization,
    bytes,
    message: JSON.parse(posted) as FakeMessage,
  };
}
