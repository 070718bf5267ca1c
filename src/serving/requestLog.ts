/** One line of the log for each request: never content, file names, addresses or tokens. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RequestObserver } from './observer.js';
import { whenOver } from './whenOver.js';

/** Where lines of JSON go: stderr, or a test's own. */
export interface LogStream {
  write(line: string): void;
}

/** What other programs make of ids, and no more than fits a line. */
const saneId = /^[\w.:-]{1,128}$/;
/** nginx's for a client that was gone before its answer. */
const clientGone = 499;
/** Turned away for who they are: here the log says from where they came. */
const turnedAway: ReadonlySet<number> = new Set([401, 403, 421, 429]);

/** The id that the client gave its request, where it is one, or a new one. */
export function chooseRequestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && saneId.test(given) ? given : randomUUID();
}

export class RequestLog {
  private readonly observer: RequestObserver;
  private readonly codes = new WeakMap<FastifyRequest, string>();

  constructor(observer: RequestObserver) {
    this.observer = observer;
  }

  /** Echoes ids, and tells of every request once it is over. To be called before other hooks are added. */
  follow(app: FastifyInstance): void {
    app.addHook('onRequest', (request, reply, done) => {
      void reply.header('x-request-id', request.id);
      whenOver(reply.raw, () => {
        this.over(request, reply);
      });
      done();
    });
  }

  /** With which code the request will be answered. */
  failed(request: FastifyRequest, code: string): void {
    this.codes.set(request, code);
  }

  private over(request: FastifyRequest, reply: FastifyReply): void {
    const route = request.routeOptions.url ?? null;
    const status = reply.raw.writableFinished ? reply.statusCode : clientGone;
    const durationMs = reply.elapsedTime;
    const { served, work } = this.observer.over(request, { route, status, durationMs });
    const code = this.codes.get(request);
    const line = {
      ...{ method: request.method, route, status, durationMs: Math.round(durationMs * 10) / 10 },
      ...(code !== undefined && { code }),
      ...(served && { model: served.name, version: served.version }),
      ...(work && { images: work.images }),
      ...(turnedAway.has(status) && { client: request.ip }),
    };
    const level = request.routeOptions.config.probe ? 'debug' : status >= 500 ? 'warn' : 'info';
    request.log[level](line, 'request');
  }
}
