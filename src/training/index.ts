/** Training runs: settings, epochs, checkpoints, run directories. */
export type { EpochRecord, TrainEvent, TrainHooks, TrainResult } from './events.js';
export { trainOptionsSchema } from './options.js';
export type { ResolvedSettings, TrainSettings } from './options.js';
export type { Places } from './preparation.js';
export { train } from './train.js';
export type { TrainOptions } from './train.js';
