/** Charts as SVG and PNG files, and the report of a run as one HTML file. */
export { renderSvg } from './charts/render.js';
export { pageInk, paperInk } from './charts/ink.js';
export type { Chart } from './charts/chart.js';
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
