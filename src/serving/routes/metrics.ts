/** The server in figures, for Prometheus. */
import type { Routes } from '../context.js';

// eslint-disable-next-line @typescript-eslint/require-await
export const metricsRoutes: Routes = async (app, { context }) => {
  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await context.metrics.text();
    return reply.type(contentType).send(body);
  });
};
