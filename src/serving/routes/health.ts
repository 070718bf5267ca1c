/** Whether the server lives and takes requests, for load balancers. */
import type { Routes } from '../context.js';

const config = { open: true, probe: true };

// Fastify awaits plugins.
// eslint-disable-next-line @typescript-eslint/require-await
export const healthRoutes: Routes = async (app, { context }) => {
  app.get('/health', { config }, (_request, reply) => {
    const models = context.registry.served.length;
    const ready = context.ready && models > 0;
    const status = ready ? 'ready' : context.ready ? 'no models' : 'stopping';
    return reply.code(ready ? 200 : 503).send({ status, models });
  });

  // As TorchServe answers.
  app.get('/ping', { config }, () => ({ status: 'Healthy' }));
};
