/** Whom a request believes to speak to, and from which page it comes. */
import type { FastifyInstance } from 'fastify';
import { RequestError } from '../failures.js';
import { isLoopback, type ResolvedSettings } from '../settings.js';

/**
 * Refuses names that the server does not go by: a page elsewhere may point its own name at 127.0.0.1 (DNS rebinding) and
 * would then be of the same origin. Refuses what pages of other sites send by themselves, too, forms for one.
 */
export function refuseStrangers(
  app: FastifyInstance,
  { host, allowedHosts }: Pick<ResolvedSettings, 'host' | 'allowedHosts'>,
): void {
  const known = new Set(allowedHosts?.map((name) => name.toLowerCase()));
  const isKnown = (name: string): boolean =>
    known.has(name) || (isLoopback(host) ? isLoopback(name) : allowedHosts === undefined);
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers, method } = request;
    if (!isKnown(withoutPort(headers.host ?? ''))) {
      throw new RequestError(
        'ERR_WRONG_HOST',
        'The server does not go by that name (see --allowed-hosts)',
      );
    }
    if (headers['sec-fetch-site'] === 'cross-site' && method !== 'GET' && method !== 'HEAD') {
      throw new RequestError('ERR_FORBIDDEN', 'Pages of other sites may not ask');
    }
    done();
  });
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}
