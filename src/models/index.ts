/** Architectures as data: finding, checking and describing them. */
export { notice } from './notice.js';
export { firstDifference } from './difference.js';
export { headLayers, layerNames, resolveLayers, withHead } from './head.js';
export { nearest } from './nearest.js';
export { parseModelSpec } from './parse.js';
export { listModels, loadModelSpec } from './registry.js';
export type { Layer, LayerKind, ModelSpec } from './schema.js';
export { formatModelList, formatSummary } from './summary.js';
export { lossOf } from './loss.js';
