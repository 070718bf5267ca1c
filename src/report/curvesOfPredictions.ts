/** The curves behind the charts: bands of ROC and precision-recall curves, reliability bins, histograms. */
import { prCurve, wilsonInterval, type ReliabilityBin } from '../evaluation/index.js';

/** A point of a curve, and the 95% interval of its height. */
export interface BandPoint {
  x: number;
  y: number;
  low: number;
  high: number;
}

/** Points nearer to the last than this are left out: below half a pixel of a chart. */
const resolution = 0.001;

/** Keeps the ends, and every point that differs visibly from the one kept before it. */
function thinned(points: readonly BandPoint[]): BandPoint[] {
  const kept: BandPoint[] = [];
  for (const [index, point] of points.entries()) {
    const last = kept.at(-1);
    const moved =
      last === undefined ||
      Math.abs(point.x - last.x) >= resolution ||
      Math.abs(point.y - last.y) >= resolution;
    if (moved || index === points.length - 1) kept.push(point);
  }
  return kept;
}

/** A ROC curve with Wilson's interval of the sensitivity at each false positive rate. */
export function rocBand(
  curve: { falsePositiveRate: readonly number[]; truePositiveRate: readonly number[] },
  positives: number,
): BandPoint[] {
  const points = curve.falsePositiveRate.map((x, index) => {
    const y = curve.truePositiveRate[index] ?? 0;
    const [low, high] = wilsonInterval(y, positives);
    return { x, y, low, high };
  });
  return thinned(points);
}

export interface PrecisionRecall {
  /** From low to high recall; the precision of a point holds from the one before it. */
  points: BandPoint[];
  /** Share of positives: the precision of an answer by chance. */
  prevalence: number;
}

/** Precision, with Wilson's interval of it, over recall; null without positives or without negatives. */
export function precisionRecall(
  scores: readonly number[],
  positives: readonly boolean[],
): PrecisionRecall | null {
  const prevalence = positives.filter(Boolean).length / positives.length;
  const curve = prevalence < 1 ? prCurve(scores, positives) : null;
  if (curve === null) return null;
  const points = curve.recall.slice(1).map((x, index) => {
    const y = curve.precision[index + 1] ?? 0;
    const [low, high] = wilsonInterval(y, curve.claimed[index + 1] ?? 1);
    return { x, y, low, high };
  });
  const [first] = points;
  const start = first === undefined ? [] : [{ ...first, x: 0 }];
  return { points: thinned([...start, ...points]), prevalence };
}

/** A bin of a reliability diagram with images in it, and Wilson's interval of the share of right answers. */
export interface ReliabilityPoint {
  low: number;
  high: number;
  images: number;
  confidence: number;
  accuracy: number;
  interval: readonly [number, number];
}

/** The bins that have images. */
export function reliabilityPoints(bins: readonly ReliabilityBin[]): ReliabilityPoint[] {
  return bins.flatMap(({ confidence, accuracy, ...bin }) =>
    confidence === null || accuracy === null
      ? []
      : [{ ...bin, confidence, accuracy, interval: wilsonInterval(accuracy, bin.images) }],
  );
}

export interface HistogramBin {
  low: number;
  high: number;
  count: number;
}

/**
 * Counts of `values` in `bins` bins of equal width from `low` to `high`. What lies beyond an end is counted in the bin
 * there; the upper end belongs to the last.
 */
export function histogram(
  values: readonly number[],
  bins: number,
  [low, high]: readonly [low: number, high: number] = [0, 1],
): HistogramBin[] {
  // Where all values are one, a bin is as wide as 1.
  const range = high - low || bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.max(0, Math.min(bins - 1, Math.floor(((value - low) / range) * bins)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const edge = (bin: number): number => low + (bin * range) / bins;
  return counts.map((count, bin) => ({ low: edge(bin), high: edge(bin + 1), count }));
}
