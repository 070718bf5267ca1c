/** Charts as SVG and PNG files, and the report of a run as one HTML file. */
export { confusionMatrixSvg, rateFinderSvg, rocSvg, trainingCurvesSvg } from './files.js';
export { writePlots } from './plots.js';
export { reportHtml } from './page/page.js';
export { toPng } from './raster.js';
export type { NamedRocCurve } from './charts/roc.js';
export type { EpochPoint } from './charts/trainingCurves.js';
export type {
  EvaluatedSplit,
  Fact,
  GalleryImage,
  LedgerEntry,
  ProbeResult,
  ReportContent,
} from './content.js';
