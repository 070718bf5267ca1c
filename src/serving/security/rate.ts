/** How often one client may ask. */
import fastifyRateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { RequestError } from '../failures.js';
import type { ResolvedSettings } from '../settings.js';

/** Counts every request but probes before its token is looked at, so that tokens cannot be tried out quickly. */
export async function limitRate(
  app: FastifyInstance,
  { rateLimit }: Pick<ResolvedSettings, 'rateLimit'>,
): Promise<void> {
  if (rateLimit === 0) return;
  await app.register(fastifyRateLimit, {
    global: false,
    max: rateLimit,
    timeWindow: '1 minute',
    allowList: ({ routeOptions }) => routeOptions.config.probe === true,
    errorResponseBuilder: (_request, { max, after }) =>
      new RequestError(
        'ERR_RATE_LIMIT',
        `More than ${max} requests in a minute: ask again in ${after}`,
      ),
  });
  app.addHook('onRequest', app.rateLimit());
}
