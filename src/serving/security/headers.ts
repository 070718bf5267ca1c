/** Headers that keep browsers from doing with our answers what nobody meant. */
import type { FastifyHelmetOptions } from '@fastify/helmet';

/** All from this server, nothing inline; images also from what the page holds in memory. */
export const securityHeaders: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'blob:', 'data:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  frameguard: { action: 'deny' },
  // Whoever puts TLS in front says so there.
  strictTransportSecurity: false,
};
