/** All routes of the server. */
import type { Routes } from './context.js';
import { openapiRoutes } from './openapi/routes.js';
import { exampleRoutes } from './routes/examples.js';
import { explainRoutes } from './routes/explain.js';
import { healthRoutes } from './routes/health.js';
import { metricsRoutes } from './routes/metrics.js';
import { modelsRoutes } from './routes/models.js';
import { pageRoutes } from './routes/page.js';
import { predictRoutes } from './routes/predict.js';
import { v2Routes } from './routes/v2.js';

export const routes: readonly Routes[] = [
  healthRoutes,
  modelsRoutes,
  metricsRoutes,
  predictRoutes,
  explainRoutes,
  exampleRoutes,
  v2Routes,
  openapiRoutes,
  pageRoutes,
];
