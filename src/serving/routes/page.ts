/** The page at `/`: files that Vite built, or a sentence where they are missing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { packageRoot } from '../../native/index.js';
import type { Routes } from '../context.js';

export const pageFolder = join(packageRoot, 'dist', 'www');
const yearInSeconds = 31_536_000;

/** Open: the page has no secrets, and asks for the token itself. */
export const pageRoutes: Routes = async (app) => {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, open: true };
  });
  if (!existsSync(join(pageFolder, 'index.html'))) {
    app.get('/', (_request, reply) =>
      reply
        .type('text/plain')
        .send('The page was not built. The server answers: see GET /models.\n'),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: pageFolder,
    // A route for each file that is there, and none for what may come.
    wildcard: false,
    cacheControl: false,
    setHeaders: (response, path) => {
      // Vite's names hold a hash of the content, but for the page itself.
      const hashed = path.startsWith(join(pageFolder, 'assets'));
      response.setHeader(
        'cache-control',
        hashed ? `public, max-age=${yearInSeconds}, immutable` : 'no-cache',
      );
    },
  });
};
