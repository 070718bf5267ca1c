/** Charts as standalone SVG files. */
export { confusionMatrixSvg } from './confusionMatrix.js';
export { trainingCurvesSvg } from './curves.js';
export type { EpochPoint } from './curves.js';
export { rateFinderSvg } from './rateFinder.js';
export { toPng } from './raster.js';
export { rocSvg } from './roc.js';
export type { NamedRocCurve } from './roc.js';
export type {
  EvaluatedSplit,
  Fact,
  GalleryImage,
  LedgerEntry,
  ProbeResult,
  ReportContent,
} from './content.js';
