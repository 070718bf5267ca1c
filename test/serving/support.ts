/** A server with a small model and routes of its own, for tests. */
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { FailureBody } from '../../src/serving/api.js';
import type { Routes } from '../../src/serving/context.js';
import { signalOf } from '../../src/serving/deadline.js';
import { routes } from '../../src/serving/routes.js';
import { serveRoutes, type RunningServer, type ServeOptions } from '../../src/serving/server.js';
import { temporaryFolder, trainQuickly } from '../inference/images.js';

export interface Lines {
  write(line: string): void;
  /** What was written, parsed. */
  readonly entries: Record<string, unknown>[];
  readonly text: string;
}

export function collectLines(): Lines {
  const written: string[] = [];
  return {
    write: (line) => void written.push(line),
    get entries() {
      return written.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    get text() {
      return written.join('');
    },
  };
}

/** A model of two classes that was trained in a second, as a file below a new folder. */
export async function smallModel(): Promise<{
  root: string;
  file: string;
  remove: () => Promise<void>;
}> {
  const { path: root, remove } = await temporaryFolder();
  const { model } = await trainQuickly(root);
  return { root, file: model, remove };
}

/** Puts a file where another one is or none, in one step, as deployments do. */
export async function putFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const beside = join(dirname(to), `.${Date.now()}.part`);
  await copyFile(from, beside);
  await rename(beside, to);
}

/** What the next request to /test/throw throws. */
export const thrown: { error: unknown } = { error: undefined };
/** Until it is called, /test/wait does not answer. */
export const waiting: { go: (() => void)[] } = { go: [] };

/** How many requests to /test/abort heard that they need not go on. */
export const aborted = { count: 0 };

/** Routes that do what those of the server do, no more. */
// eslint-disable-next-line @typescript-eslint/require-await
export const testRoutes: Routes = async (app, { context }) => {
  interface Asked {
    Querystring: { model?: string; version?: string };
  }
  app.get<Asked>('/test/predict', { config: { predicts: true } }, async (request) => {
    const { model: name, version: wanted } = request.query;
    using lease = context.lease(request, name, wanted);
    const { served } = lease;
    const { model, loaded, version } = served;
    const { channels, height, width } = model.format;
    const answer = await model.predictTensor(new Uint8Array(channels * height * width));
    context.observer.worked(request, { images: 1, answers: [answer], inputMs: 2, outputMs: 1 });
    return { model: served.name, version, loaded: loaded.toISOString(), label: answer.label };
  });
  app.get('/test/throw', () => {
    throw thrown.error;
  });
  app.post('/test/body', ({ body }) => ({ body }));
  app.get('/test/wait', { config: { predicts: true } }, async () => {
    await new Promise<void>((go) => waiting.go.push(go));
    return { done: true };
  });
  app.post('/test/hold', { config: { predicts: true } }, async () => {
    await new Promise<void>((go) => waiting.go.push(go));
    return { done: true };
  });
  app.post('/test/abort', { config: { predicts: true } }, async (request) => {
    const signal = signalOf(request);
    await new Promise<void>((go) => signal.addEventListener('abort', () => go()));
    aborted.count += 1;
    return {};
  });
};

/** Lets all that waits in test routes go on, as soon as `count` requests do. */
export async function letGo(count: number): Promise<void> {
  while (waiting.go.length < count) await delay(5);
  for (const go of waiting.go.splice(0)) go();
}

export interface TestServer extends RunningServer {
  log: Lines;
  get(path: string, init?: RequestInit): Promise<Response>;
}

/** Serves on a free port until the test ends. */
export async function startServer(
  t: ExecutionContext,
  options: Partial<ServeOptions> & { models: readonly string[] },
): Promise<TestServer> {
  const log = collectLines();
  const server = await serveRoutes([...routes, testRoutes], {
    port: 0,
    reloadInterval: 0,
    logStream: log,
    workers: 1,
    ...options,
  });
  t.teardown(() => server.close());
  return { ...server, log, get: async (path, init) => fetch(`${server.url}${path}`, init) };
}

export async function failureOf(response: Response): Promise<FailureBody & { status: number }> {
  return { ...((await response.json()) as FailureBody), status: response.status };
}
