/** Training runs: settings, epochs, checkpoints, run directories. */
export type { EpochRecord, TrainEvent, StopReason, TrainHooks, RunResult } from './events.js';
export { trainOptionsSchema } from './options.js';
export type { ResolvedSettings, TrainSettings } from './options.js';
export type { Places } from './preparation.js';
export { previewAugmentation } from './preview.js';
export type { AugmentationPreview, PreviewSettings } from './preview.js';
export { resumeTraining, train } from './train.js';
export type { ResumeOptions, TrainOptions } from './train.js';
