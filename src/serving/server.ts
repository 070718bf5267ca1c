/** Models, settings and routes become a server that listens, and that ends in order. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidArgument, parseWith } from '../native/index.js';
import type { ModelEntry } from './api.js';
import { createApp } from './app.js';
import type { Routes, ServingContext } from './context.js';
import { Metrics } from './metrics/metrics.js';
import { loaderWith } from './registry/loading.js';
import { ModelRegistry, type ReloadEvent } from './registry/registry.js';
import type { Lease } from './registry/types.js';
import type { LogStream } from './requestLog.js';
import {
  checkAccess,
  predictorSettingsOf,
  readToken,
  serveSettingsSchema,
  type ResolvedSettings,
  type ServeSettings,
} from './settings.js';

/** Which models are served, to whom, and how much at once. */
export interface ServeOptions extends ServeSettings {
  /**
   * Model files, run directories, `name=path` or `name@version=path`, and repositories: folders of
   * runs or of `<name>/<version>/*.safetensors`.
   */
  models: readonly string[];
  /** That clients must send as bearer; takes the place of `tokenFile` and the environment. */
  token?: string;
  /** Where the log goes, a line of JSON at a time. Default stderr. */
  logStream?: LogStream;
}

/** A server that answers, until it is closed. */
export interface RunningServer {
  /** Where it listens, as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** What it serves, the default version of each model first. */
  readonly models: readonly ModelEntry[];
  /** Whether clients must send a token. */
  readonly authenticated: boolean;
  readonly settings: ResolvedSettings;
  /**
   * Finishes the requests that were accepted, takes no new connections, and frees the models. After `shutdownGrace`
   * seconds what is still open is cut, and the models go when they can; the result says whether all was finished before.
   */
  close(): Promise<boolean>;
}

/** As `serve`, with these routes. */
export async function serveRoutes(
  routes: readonly Routes[],
  { models, token: givenToken, logStream = process.stderr, ...given }: ServeOptions,
): Promise<RunningServer> {
  const settings = parseWith(serveSettingsSchema, given);
  const token = readToken({ ...settings, token: givenToken });
  checkAccess(settings, token);
  const metrics = new Metrics();
  let tell = (event: ReloadEvent): void => metrics.reloaded(event.outcome);
  const registry = await ModelRegistry.open(models, {
    load: loaderWith(predictorSettingsOf(settings)),
    reloadInterval: settings.reloadInterval,
    onReload: (event) => {
      tell(event);
    },
  });
  const context = new Context(settings, registry, metrics);
  try {
    const app = await createApp(context, { routes, observer: metrics, token, logStream });
    tell = (event) => {
      metrics.reloaded(event.outcome);
      logReload(app, event);
    };
    const url = await listen(app, settings);
    let closing: Promise<boolean> | undefined;
    return {
      ...{ url, settings, models: registry.entries(), authenticated: token !== undefined },
      close: async () => {
        closing ??= shutDown(app, context);
        return closing;
      },
    };
  } catch (error) {
    await registry.close();
    throw error;
  }
}

class Context implements ServingContext {
  readonly settings: ResolvedSettings;
  readonly registry: ModelRegistry;
  readonly metrics: Metrics;
  ready = true;

  constructor(settings: ResolvedSettings, registry: ModelRegistry, metrics: Metrics) {
    this.settings = settings;
    this.registry = registry;
    this.metrics = metrics;
    metrics.watch(registry);
  }

  get observer(): Metrics {
    return this.metrics;
  }

  lease(request: FastifyRequest, name?: string, version?: string): Lease {
    const lease = this.registry.lease(name, version);
    this.metrics.asks(request, lease.served);
    return lease;
  }
}

/** What the system says of addresses, in words of ours. */
const listenErrors: Readonly<Record<string, [setting: 'host' | 'port', expected: string]>> = {
  EADDRINUSE: ['port', 'a port that no other program listens on (0 takes any)'],
  EACCES: ['port', 'a port that this user may listen on (1024 or higher)'],
  EADDRNOTAVAIL: ['host', 'an address of this machine'],
  ENOTFOUND: ['host', 'an address of this machine'],
};

async function listen(app: FastifyInstance, { host, port }: ResolvedSettings): Promise<string> {
  try {
    await app.listen({ host, port, listenTextResolver: (address) => `listening on ${address}` });
  } catch (error) {
    await app.close();
    const [setting, expected] = listenErrors[(error as NodeJS.ErrnoException).code ?? ''] ?? [];
    if (setting === undefined || expected === undefined) throw error;
    throw invalidArgument(setting, expected, setting === 'port' ? port : host);
  }
  const { port: taken } = app.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
}

async function shutDown(app: FastifyInstance, context: Context): Promise<boolean> {
  const { shutdownDelay, shutdownGrace } = context.settings;
  context.ready = false;
  app.log.info('stopping: finishing what was accepted');
  await delay(shutdownDelay * 1000);
  const expired = new AbortController();
  const finished = app
    .close()
    .then(async () => context.registry.close())
    .then(() => true);
  const late = delay(shutdownGrace * 1000, false, { signal: expired.signal }).catch(() => false);
  const inTime = await Promise.race([finished, late]);
  expired.abort();
  if (!inTime) {
    app.log.warn(`cutting what was not finished within ${shutdownGrace} s`);
    app.server.closeAllConnections();
    finished.catch((error: unknown) => app.log.error({ err: error }, 'not closed'));
  }
  return inTime;
}

function logReload(app: FastifyInstance, { outcome, name, version, error }: ReloadEvent): void {
  const about = { model: name, version, outcome, ...(error !== undefined && { err: error }) };
  if (outcome === 'failed') app.log.error(about, 'model not loaded; what was served before stays');
  else app.log.info(about, `model ${outcome}`);
}
