/** Models as a service over HTTP. */
export type { FailureBody, ModelEntry, ModelsBody } from './api.js';
export { serve } from './serve.js';
export type { RunningServer, ServeOptions } from './server.js';
export { accessSchema, limitsSchema, operationSchema } from './settings.js';
export type { ServeSettings } from './settings.js';
