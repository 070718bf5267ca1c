/** The token: every route but the open ones wants it, where there is one. */
import { createHash, timingSafeEqual } from 'node:crypto';
import fastifyBearerAuth from '@fastify/bearer-auth';
import type { FastifyInstance } from 'fastify';
import { RequestError } from '../failures.js';
import type { Token } from '../settings.js';

/** Adds the check before a body is read. */
export async function requireToken(app: FastifyInstance, token: Token): Promise<void> {
  if (token === undefined) return;
  const expected = digest(token);
  await app.register(fastifyBearerAuth, {
    keys: [],
    // Digests have one length, so that comparing them takes the same time whatever was sent.
    auth: (key) => timingSafeEqual(digest(key), expected),
    // RFC 6749 §5.1: the word Bearer in any case.
    specCompliance: 'rfc6749',
    addHook: false,
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.open) {
      done();
      return;
    }
    app.verifyBearerAuth?.(request, reply, (error) => {
      if (error === undefined) done();
      else
        done(new RequestError('ERR_UNAUTHORIZED', 'Send the token: Authorization: Bearer TOKEN'));
    });
  });
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
