/** Synthetic chest radiographs: single images and whole datasets. */
export { drawPhantom } from './draw.js';
export type { Phantom, PhantomOptions } from './draw.js';
export { writePhantomDataset } from './dataset.js';
export type { PhantomDataset, PhantomDatasetOptions } from './dataset.js';
export { phantomKinds } from './findings.js';
export type { PhantomKind } from './findings.js';
export { scanners } from './scanner.js';
export type { Scanner } from './scanner.js';
export { combineSeeds, Random } from './noise.js';
