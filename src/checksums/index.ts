/** What tells whether a run's results, images and weights are still those that it wrote. */
export { checksumsFile, readChecksums, renewDecision, writeChecksums } from './checksums.js';
export type { Checksums, SealedResults } from './checksums.js';
export { hashFile } from './hashFile.js';
export { imagesFile, listImages, readImages, uses } from './images.js';
export type { ImageUse, ListedImage } from './images.js';
export { hashModel } from './model.js';
export type { ModelHashes } from './model.js';
