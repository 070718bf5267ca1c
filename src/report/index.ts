/** Charts as SVG and PNG files. */
export { renderSvg } from './charts/render.js';
export { pageInk, paperInk } from './charts/ink.js';
export type { Chart } from './charts/chart.js';
export { confusionMatrixSvg, rateFinderSvg, rocSvg, trainingCurvesSvg } from './files.js';
export { writePlots } from './plots.js';
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
