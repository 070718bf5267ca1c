/** All routes of the server. */
import type { Routes } from './context.js';
import { healthRoutes } from './routes/health.js';
import { metricsRoutes } from './routes/metrics.js';
import { modelsRoutes } from './routes/models.js';
import { pageRoutes } from './routes/page.js';

export const routes: readonly Routes[] = [healthRoutes, modelsRoutes, metricsRoutes, pageRoutes];
