/** What a run says of itself: charts as standalone SVG files, the model card, reporting checklists. */
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
export { formatChecklist } from './card/checklist.js';
export type { Checklist, ChecklistEntry } from './card/checklist.js';
export { checklistNames, checklists } from './card/checklists.js';
export type { ChecklistName } from './card/checklists.js';
export { claimChecklist } from './card/claim.js';
export { modelCard } from './card/modelCard.js';
