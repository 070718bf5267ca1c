/** Models as a service over HTTP. */
export type { RunningServer } from './server.js';
export { accessSchema, limitsSchema, operationSchema, serveSettingsSchema } from './settings.js';
export type { ServeSettings } from './settings.js';
