/** Lung masks: where they lie, what they leave of an image, and when they are missing. */
export { refuseMasks, requireMasks } from './checkMasks.js';
export { findMasks } from './findMasks.js';
export { blacken, readLungs, readMask, readMaskFile } from './readLungs.js';
export type { Lungs, Rectangle } from './readLungs.js';
