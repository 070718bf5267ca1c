/** `GET /openapi.json`, and the same document as a page at `/docs`. */
import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { Routes } from '../context.js';
import { openapiDocument } from './document.js';

/** Everything that the page needs comes from this server, and no script or style stands in the page. */
const pagePolicy = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'connect-src': ["'self'"],
  'font-src': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  // The marks of swagger-ui are SVG within its style sheet.
  'img-src': ["'self'", 'data:'],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
};

export const openapiRoutes: Routes = async (app) => {
  // The package's types end at OpenAPI 3.0.
  const document = openapiDocument() as unknown as StaticDocumentSpec['document'];
  // A browser that opens the page has no token yet; the document says nothing of models or images.
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, open: true };
  });
  app.get('/openapi.json', () => document);
  await app.register(swagger, { mode: 'static', specification: { document } });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: pagePolicy,
    theme: { title: 'roentgen' },
    uiConfig: { layout: 'BaseLayout', deepLinking: true, defaultModelsExpandDepth: 0 },
  });
};
