/** Work for a client that has gone is work for nobody. */
import type { FastifyReply } from 'fastify';

/**
 * Aborts when the connection closes before or after the answer. Fastify's own `request.signal` aborts as soon as the
 * body has been read, since Node closes the request then.
 */
export function untilGone({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    controller.abort();
  });
  return controller.signal;
}
