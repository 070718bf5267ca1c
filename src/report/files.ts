/** Single charts as SVG files, for callers that have no whole report. */
import type { ConfusionMatrix } from '../evaluation/index.js';
import { anomalyHistogramChart } from './charts/anomalyHistogram.js';
import { confusionMatrixChart } from './charts/confusionMatrix.js';
import { rateFinderChart } from './charts/rateFinder.js';
import { renderSvg } from './charts/render.js';
import { rocChart, type NamedRocCurve } from './charts/roc.js';
import { scatterChart } from './charts/scatter.js';
import { throughputChart } from './charts/throughput.js';
import {
  trainingCurvesChart,
  type EpochPoint,
  type TrainingCurvesOptions,
} from './charts/trainingCurves.js';

/** As `trainingCurvesChart`. */
export async function trainingCurvesSvg(
  epochs: readonly EpochPoint[],
  options?: TrainingCurvesOptions,
): Promise<string> {
  return renderSvg(trainingCurvesChart(epochs, options));
}

/** As `confusionMatrixChart`. */
export async function confusionMatrixSvg(
  matrix: ConfusionMatrix,
  classes: readonly string[],
): Promise<string> {
  return renderSvg(confusionMatrixChart(matrix, classes));
}

/** As `rocChart`. */
export async function rocSvg(curves: readonly NamedRocCurve[]): Promise<string> {
  return renderSvg(rocChart(curves));
}

/** As `rateFinderChart`. */
export async function rateFinderSvg(...chart: Parameters<typeof rateFinderChart>): Promise<string> {
  return renderSvg(rateFinderChart(...chart));
}

/** As `anomalyHistogramChart`. */
export async function anomalyHistogramSvg(
  ...chart: Parameters<typeof anomalyHistogramChart>
): Promise<string> {
  return renderSvg(anomalyHistogramChart(...chart));
}

/** As `scatterChart`. */
export async function scatterSvg(...chart: Parameters<typeof scatterChart>): Promise<string> {
  return renderSvg(scatterChart(...chart));
}

/** As `throughputChart`. */
export async function throughputSvg(...chart: Parameters<typeof throughputChart>): Promise<string> {
  return renderSvg(throughputChart(...chart));
}
