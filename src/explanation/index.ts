/** Why: where a network looked for its answer, as maps, pictures and tables. */
export { explain, pictureSettingsSchema } from './explain.js';
export type { ExplainOptions, ExplainResult } from './explain.js';
export { explainImages } from './explainImages.js';
export type { ExplainHooks, ExplainProgress } from './explainImages.js';
export { examineExplanations } from './exam/examine.js';
export type { ExamHooks, ExamOptions, ExamProgress } from './exam/examine.js';
export { examSettingsSchema } from './exam/settings.js';
export { measures } from './exam/types.js';
export type {
  Box,
  CheckResult,
  ExamImages,
  Examinee,
  ExamReport,
  ExamRow,
  Measure,
  Measures,
  MethodResult,
  MethodVerdict,
  RowVerdict,
} from './exam/types.js';
export { lime } from './lime/lime.js';
export type { LimeExplanation, LimeOptions } from './lime/lime.js';
export { limeMap, limeMask } from './lime/limeMap.js';
export type { LimeMaskOptions } from './lime/limeMap.js';
export type { Surrogate } from './lime/surrogate.js';
export { methodNames, methods } from './methods.js';
export type { MapReading, MapUnit, Method, MethodName } from './methods.js';
export { colormapNames, colorTable } from './pictures/colors.js';
export type { ColormapName } from './pictures/colors.js';
export type { HeatOptions } from './pictures/heat.js';
export { renderFigure } from './pictures/figure.js';
export type { FigureOptions } from './pictures/figure.js';
export { renderHeatmap, renderImage, renderOverlay, renderTransparent } from './pictures/render.js';
export { explainSettingsSchema } from './settings.js';
export type { ExplainSettings } from './settings.js';
export { slic } from './slic/slic.js';
export type { SlicOptions, Superpixels } from './slic/slic.js';
export type { ExplanationRow, PictureFiles } from './table.js';
export type { Explanation, Explanations, SeenImage } from './types.js';
export { largestError } from './words.js';
