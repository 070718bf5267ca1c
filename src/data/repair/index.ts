/** What the rest of `data` may know of repairs. */
export { repairImage, repairPicture } from './apply.js';
export { checkRepairs, repairsSchema } from './schema.js';
export { formatRepairs } from './words.js';
export { referenceQuantiles } from './referenceQuantiles.js';
export type { ReferenceOptions } from './referenceQuantiles.js';
export { findContent } from './cropBorder.js';
export { brightnessOf } from './picture.js';
export type { Picture } from './picture.js';
