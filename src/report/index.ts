/** What a run says of itself: charts, the report as one HTML file, the model card, reporting checklists. */
export {
  anomalyHistogramSvg,
  confusionMatrixSvg,
  rateFinderSvg,
  rocSvg,
  scatterSvg,
  throughputSvg,
  trainingCurvesSvg,
} from './files.js';
export { histogram } from './curvesOfPredictions.js';
export { writePlots } from './plots.js';
export type { Chart } from './charts/chart.js';
export { figure, table } from './page/parts.js';
export { reportHtml } from './page/page.js';
export { toPng } from './raster.js';
export type { ScatterPoint } from './charts/scatter.js';
export type { ThroughputBar } from './charts/throughput.js';
export type { NamedRocCurve } from './charts/roc.js';
export type { EpochPoint } from './charts/trainingCurves.js';
export type { EvaluatedSplit, Fact, GalleryImage, ProbeResult, ReportContent } from './content.js';
export { formatChecklist } from './card/checklist.js';
export type { Checklist, ChecklistEntry } from './card/checklist.js';
export { checklistNames, checklists } from './card/checklists.js';
export type { ChecklistName } from './card/checklists.js';
export { claimChecklist } from './card/claim.js';
export { modelCard } from './card/modelCard.js';
export { html, Html, scriptJson } from './page/html.js';
export type { Content } from './page/html.js';
export { htmlDocument } from './page/document.js';
export { pageStyle } from './page/style.js';
export { capitalized } from './page/words.js';
export { shorten } from './charts/chart.js';
export { paperInk } from './charts/ink.js';
export { printable } from './charts/render.js';
