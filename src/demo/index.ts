/** The whole path on synthetic radiographs, from drawing them to predicting them. */
export { demo } from './demo.js';
export type { DemoEvent, DemoHooks, DemoOptions, DemoPrediction, DemoResult } from './demo.js';
export type { DemoData } from './phantoms.js';
