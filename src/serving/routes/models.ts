/** What is served. */
import type { ModelsBody } from '../api.js';
import type { Routes } from '../context.js';
import { notice } from '../../models/index.js';

// eslint-disable-next-line @typescript-eslint/require-await
export const modelsRoutes: Routes = async (app, { context }) => {
  app.get('/models', (): ModelsBody => ({ models: context.registry.entries(), notice }));
};
