/** The HTTP application: what happens to every request, before and after the routes. */
import type { Socket } from 'node:net';
import fastifyHelmet from '@fastify/helmet';
import fastify, { LogController, type FastifyInstance, type FastifyReply } from 'fastify';
import { Admission } from './admission.js';
import type { Routes, ServingContext } from './context.js';
import { limitTime } from './deadline.js';
import { RequestError, toFailure, type Failure } from './failures.js';
import type { RequestObserver } from './observer.js';
import { answerParserErrors } from './parserErrors.js';
import { chooseRequestId, RequestLog, type LogStream } from './requestLog.js';
import { requireToken } from './security/bearer.js';
import { securityHeaders } from './security/headers.js';
import { refuseStrangers } from './security/hosts.js';
import { limitRate } from './security/rate.js';
import { mebibyte, type Token } from './settings.js';

/** A client that has not sent its headers by then does not mean to. */
const headersTimeoutMs = 10_000;
/** How often Node looks for requests that take too long to arrive. */
const connectionCheckMs = 1000;
/** Longer than names of models and versions are. */
const longestParameter = 200;

export interface AppOptions {
  routes: readonly Routes[];
  observer: RequestObserver;
  token: Token;
  logStream: LogStream;
}

/** Ready to listen, or to be injected requests. */
export async function createApp(
  context: ServingContext,
  { routes, observer, token, logStream }: AppOptions,
): Promise<FastifyInstance> {
  const { settings } = context;
  const timeoutMs = settings.requestTimeout * 1000;
  const app: FastifyInstance = fastify({
    logger: { level: settings.logLevel, stream: logStream },
    // The log has one line for each request, without its address and headers; see `RequestLog`.
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    genReqId: chooseRequestId,
    // A machine that is busy starts the server late, not never.
    pluginTimeout: 0,
    bodyLimit: settings.maxBodyMiB * mebibyte,
    requestTimeout: timeoutMs,
    http: {
      // Node exchanges the two where the headers have longer.
      headersTimeout: Math.min(headersTimeoutMs, timeoutMs),
      connectionsCheckingInterval: connectionCheckMs,
    },
    forceCloseConnections: 'idle',
    // While it closes, what comes on open connections is answered, too.
    return503OnClosing: false,
    trustProxy: settings.trustProxy,
    routerOptions: { maxParamLength: longestParameter },
    ajv: { customOptions: { removeAdditional: false } },
    clientErrorHandler: answerParserErrors,
    frameworkErrors: (error, request, reply) => {
      sendFailure(error, request.id, (reply as FastifyReply).header('x-request-id', request.id));
    },
  });
  app.setErrorHandler((error, request, reply) => {
    const { body, unexpected } = sendFailure(error, request.id, reply);
    requestLog.failed(request, body.code);
    if (unexpected) request.log.error({ err: error }, 'internal error');
  });
  app.setNotFoundHandler((request) => {
    throw new RequestError('ERR_NO_ROUTE', `Nothing answers ${request.method} at this address`);
  });

  const requestLog = new RequestLog(observer);
  requestLog.follow(app);
  await app.register(fastifyHelmet, securityHeaders);
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    // Whoever keeps a connection would keep the server from ending.
    if (!context.ready) void reply.header('connection', 'close');
  });
  dropSilentConnections(app);
  refuseStrangers(app, settings);
  await limitRate(app, settings);
  await requireToken(app, token);
  new Admission(settings).guard(app);
  limitTime(app, settings);
  for (const plugin of routes) await app.register(plugin, { context });
  await app.ready();
  return app;
}

function sendFailure(error: unknown, requestId: string, reply: FastifyReply): Failure {
  const failure = toFailure(error, requestId);
  for (const [name, value] of Object.entries(failure.headers)) {
    // The rate limit knows better when to come again.
    if (!reply.hasHeader(name)) void reply.header(name, value);
  }
  void reply.code(failure.status).send(failure.body);
  return failure;
}

/** Connections on which nothing ever came would keep the server from ending: Node takes them for busy. */
function dropSilentConnections(app: FastifyInstance): void {
  const open = new Set<Socket>();
  app.server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  app.addHook('preClose', (done) => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    done();
  });
}
