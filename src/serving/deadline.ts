/** How long an answer may take, and word to its route when that is over or nobody waits for it any more. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from './failures.js';
import type { ResolvedSettings } from './settings.js';

const controllers = new WeakMap<FastifyRequest, AbortController>();

/**
 * Aborts when the time is over or the client gone, for routes that predict. Fastify's own `request.signal` and
 * `handlerTimeout` end with the request's body: Node closes the request then.
 */
export function signalOf(request: FastifyRequest): AbortSignal {
  return controllerOf(request).signal;
}

/** Answers 503 where a route that predicts takes too long. To be called before routes are added. */
export function limitTime(
  app: FastifyInstance,
  { requestTimeout }: Pick<ResolvedSettings, 'requestTimeout'>,
): void {
  app.addHook('onRoute', (route) => {
    if (!route.config?.predicts) return;
    const { handler } = route;
    route.handler = async function (request, reply): Promise<unknown> {
      const controller = controllerOf(request);
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished) controller.abort();
      });
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(new RequestError('ERR_TIMEOUT', `There was no answer within ${requestTimeout} s`));
          controller.abort();
        }, requestTimeout * 1000);
      });
      try {
        return await Promise.race([handler.call(this, request, reply), late]);
      } finally {
        clearTimeout(timer);
      }
    };
  });
}

function controllerOf(request: FastifyRequest): AbortController {
  const controller = controllers.get(request) ?? new AbortController();
  controllers.set(request, controller);
  return controller;
}
