/** A training run on an MLflow server, told in the background: training never waits, and nothing told is lost. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeError, writeFileAtomic } from '../../native/index.js';
import {
  MlflowClient,
  MlflowError,
  type Metric,
  type MlflowServer,
  type RemoteRun,
} from './mlflowClient.js';

export type MlflowStatus = 'FINISHED' | 'FAILED' | 'KILLED';

/** What is told, in order; each is a line of the queue's file. */
type Item =
  | { kind: 'params'; params: Record<string, string> }
  | { kind: 'metrics'; metrics: Metric[] }
  | { kind: 'artifact'; file: string }
  | { kind: 'status'; status: 'RUNNING' | MlflowStatus; time: number };

/** What the server has, in a file beside the queue. */
interface Delivered {
  remote: RemoteRun | null;
  /** Items. */
  count: number;
}

/** MLflow's limits: of metrics and of parameters in one request, and of characters in a parameter. */
const [mostMetrics, mostParams, longestParam] = [1000, 100, 6000];

/** Milliseconds between attempts while the server is away: doubled from the first to the last. */
const [firstPause, longestPause] = [500, 30_000];

/**
 * The run's queue is `mlflow.jsonl` in its directory: written before anything is sent, so that what a server that is
 * away, or a kill, kept from it is sent when the run is resumed. A request that the server refuses is told to
 * `onWarning` and left out.
 */
export class MlflowRun {
  private readonly stop = new AbortController();
  private readonly client: MlflowClient;
  private readonly queueFile: string;
  private readonly deliveredFile: string;
  private readonly items: Item[];
  private readonly delivered: Delivered;
  private working: Promise<void> | undefined;
  private away = false;
  private readonly warned = new Set<string>();

  constructor(
    private readonly server: MlflowServer,
    private readonly directory: string,
    private readonly onWarning: (message: string) => void,
  ) {
    this.client = new MlflowClient(server, this.stop.signal);
    this.queueFile = join(directory, 'mlflow.jsonl');
    this.deliveredFile = join(directory, 'mlflow.json');
    this.items = readItems(this.queueFile);
    this.delivered = readDelivered(this.deliveredFile);
    this.add({ kind: 'status', status: 'RUNNING', time: Date.now() });
  }

  /** Long ones are cut to MLflow's 6,000 characters. */
  params(values: Readonly<Record<string, unknown>>): void {
    const entries = Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, toText(value).slice(0, longestParam)] as const);
    for (let first = 0; first < entries.length; first += mostParams) {
      const params = Object.fromEntries(entries.slice(first, first + mostParams));
      this.add({ kind: 'params', params });
    }
  }

  /** Values that are not finite are left out: MLflow's JSON has none. */
  metrics(points: readonly { key: string; value: number | null; step: number }[]): void {
    const timestamp = Date.now();
    const metrics = points.flatMap(({ key, value, step }) =>
      value !== null && Number.isFinite(value) ? [{ key, value, step, timestamp }] : [],
    );
    for (let first = 0; first < metrics.length; first += mostMetrics) {
      this.add({ kind: 'metrics', metrics: metrics.slice(first, first + mostMetrics) });
    }
  }

  /** A file of the run directory, read when it is sent. */
  artifact(file: string): void {
    this.add({ kind: 'artifact', file });
  }

  /**
   * Ends the run, and waits for what is left to be sent, `patience` milliseconds at most.
   * @returns how many items the server has not got
   */
  async close(status: MlflowStatus, patience = 10_000): Promise<number> {
    this.add({ kind: 'status', status, time: Date.now() });
    const timer = setTimeout(() => {
      this.stop.abort();
    }, patience);
    await this.working;
    clearTimeout(timer);
    const left = this.items.length - this.delivered.count;
    if (left > 0) {
      this.onWarning(
        `MLflow at ${this.server.uri} has not got ${left} entries of this run: they are in ${this.queueFile}, and are sent when the run is resumed`,
      );
    }
    return left;
  }

  private add(item: Item): void {
    try {
      appendFileSync(this.queueFile, `${JSON.stringify(item)}\n`);
    } catch (cause) {
      throw writeError(this.queueFile, cause);
    }
    this.items.push(item);
    this.working ??= this.work().finally(() => {
      this.working = undefined;
    });
  }

  private async work(): Promise<void> {
    let pause = firstPause;
    while (this.delivered.count < this.items.length && !this.hasStopped()) {
      try {
        await this.deliverNext();
        pause = firstPause;
        this.away = false;
      } catch (error) {
        if (this.hasStopped()) return;
        const told = error instanceof Error ? error.message : String(error);
        if (!(error instanceof MlflowError && error.retryable)) {
          this.warn(`cannot keep this run: ${told}`);
          this.stop.abort();
          return;
        }
        if (!this.away) this.warn(`does not answer (${told}); trying again`);
        this.away = true;
        await delay(pause, undefined, { signal: this.stop.signal, ref: false }).catch(
          () => undefined,
        );
        pause = Math.min(2 * pause, longestPause);
      }
    }
  }

  /** Sends the next item. One that is refused counts as delivered: it would be refused again. */
  private async deliverNext(): Promise<void> {
    this.delivered.remote ??= await this.client.createRun(basename(this.directory), Date.now());
    const item = this.items[this.delivered.count];
    try {
      if (item) await this.send(this.delivered.remote, item);
    } catch (error) {
      if (!(error instanceof MlflowError) || error.retryable) throw error;
      this.warn(`refused an entry: ${error.message}`);
    }
    this.delivered.count += 1;
    await writeFileAtomic(this.deliveredFile, `${JSON.stringify(this.delivered)}\n`);
  }

  private hasStopped(): boolean {
    return this.stop.signal.aborted;
  }

  /** Says the same once. */
  private warn(what: string): void {
    if (this.warned.has(what)) return;
    this.warned.add(what);
    this.onWarning(`MLflow at ${this.server.uri} ${what}`);
  }

  private async send(remote: RemoteRun, item: Item): Promise<void> {
    switch (item.kind) {
      case 'params':
        return this.client.logParams(remote.runId, item.params);
      case 'metrics':
        return this.client.logMetrics(remote.runId, item.metrics);
      case 'artifact': {
        const content = await readFile(join(this.directory, item.file)).catch((cause: unknown) => {
          throw new MlflowError(`${item.file} cannot be read: ${String(cause)}`, false);
        });
        return this.client.putArtifact(remote, item.file, content);
      }
      case 'status': {
        const end = item.status === 'RUNNING' ? undefined : item.time;
        return this.client.updateRun(remote.runId, item.status, end);
      }
    }
  }
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A line that a kill cut short was never sent, and is left out. */
function readItems(path: string): Item[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  // So that the next item begins a line of its own.
  if (!text.endsWith('\n')) appendFileSync(path, '\n');
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Item];
    } catch {
      return [];
    }
  });
}

function readDelivered(path: string): Delivered {
  const nothing: Delivered = { remote: null, count: 0 };
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Delivered) : nothing;
}
