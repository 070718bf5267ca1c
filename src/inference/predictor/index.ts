/** What the rest of `inference` may know of the predictor. */
export type { Places } from './admission.js';
export { Predictor } from './predictor.js';
export type { PredictorAnswer, PredictorImage, PredictorSource } from './predictor.js';
export { predictorSettingsSchema } from './types.js';
export type { PredictorSettings, PredictorStatistics } from './types.js';
