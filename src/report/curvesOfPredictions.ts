/** The curves behind the charts: bands of ROC and precision-recall curves, reliability bins, histograms. */
import { rocCurve, wilsonInterval } from '../evaluation/index.js';

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
  const curve = rocCurve(scores, positives);
  if (curve === null) return null;
  const positiveCount = positives.filter(Boolean).length;
  const negativeCount = positives.length - positiveCount;
  const points = curve.truePositiveRate.slice(1).map((recall, index) => {
    const found = recall * positiveCount;
    const claimed = found + (curve.falsePositiveRate[index + 1] ?? 0) * negativeCount;
    const precision = found / claimed;
    const [low, high] = wilsonInterval(precision, claimed);
    return { x: recall, y: precision, low, high };
  });
  const [first] = points;
  const start = first === undefined ? [] : [{ ...first, x: 0 }];
  return { points: thinned([...start, ...points]), prevalence: positiveCount / positives.length };
}

/** Images whose most probable class has a probability in (low, high]. */
export interface ReliabilityBin {
  low: number;
  high: number;
  count: number;
  /** Mean probability of the predicted class. */
  confidence: number;
  /** Share of right answers, and Wilson's interval of it. */
  accuracy: number;
  interval: readonly [number, number];
}

/** Bins of equal width over the probability of the predicted class; empty ones are left out. */
export function reliabilityBins(
  probabilities: readonly number[],
  labels: readonly number[],
  classes: number,
  bins = 15,
): ReliabilityBin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  labels.forEach((label, image) => {
    const row = probabilities.slice(image * classes, (image + 1) * classes);
    const confidence = Math.max(...row);
    const bin = sums[Math.max(0, Math.ceil(confidence * bins) - 1)];
    if (bin === undefined) return;
    bin.count += 1;
    bin.confidence += confidence;
    bin.right += row.indexOf(confidence) === label ? 1 : 0;
  });
  return sums.flatMap(({ count, confidence, right }, index) => {
    if (count === 0) return [];
    const accuracy = right / count;
    const ends = { low: index / bins, high: (index + 1) / bins };
    const interval = wilsonInterval(accuracy, count);
    return [{ ...ends, count, confidence: confidence / count, accuracy, interval }];
  });
}

/** Probabilities after their logits are divided by `temperature`, row-major [N, classes] as before. */
export function tempered(
  probabilities: readonly number[],
  classes: number,
  temperature: number,
): number[] {
  if (temperature === 1) return [...probabilities];
  const powers = probabilities.map((probability) => probability ** (1 / temperature));
  return powers.map((power, index) => {
    const first = index - (index % classes);
    const total = powers.slice(first, first + classes).reduce((sum, value) => sum + value, 0);
    return power / total;
  });
}

/** Counts of `values` in [0, 1] in bins of equal width; 1 belongs to the last. */
export function histogram(
  values: readonly number[],
  bins = 20,
): { low: number; high: number; count: number }[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor(value * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count, index) => ({ low: index / bins, high: (index + 1) / bins, count }));
}
