/** Whether images that are called 90% certain are right 9 times in 10: reliability bins, and the expected error. */
import { largestInRows, rowsOf, sum } from '../arrays.js';

/** Bins of equal width on the largest probability, as in Guo et al. (ICML 2017). */
export const calibrationBins = 15;

/** Images whose largest probability lies in (low, high]. */
export interface ReliabilityBin {
  low: number;
  high: number;
  images: number;
  /** Mean of the largest probability; null without images. */
  confidence: number | null;
  /** Share that is right; null without images. */
  accuracy: number | null;
}

/** Position of the bin of a probability in [0, 1]; 0 is in the first. */
export function calibrationBin(probability: number): number {
  return Math.min(calibrationBins, Math.max(1, Math.ceil(probability * calibrationBins))) - 1;
}

/** The largest probability of each image, and whether that class is the true one; the first of equal ones. */
function answers(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): { confidence: number; right: boolean }[] {
  const predicted = largestInRows(probabilities, classes);
  return rowsOf(probabilities, classes).map((row, image) => ({
    confidence: row[predicted[image] ?? 0] ?? 0,
    right: predicted[image] === labels[image],
  }));
}

/**
 * The points of a reliability diagram, from the least to the most confident, empty bins included.
 * @param probabilities row-major [N, classes]
 * @param labels true classes, [N], each in [0, classes)
 */
export function reliabilityBins(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): ReliabilityBin[] {
  const bins = Array.from({ length: calibrationBins }, () => ({
    images: 0,
    confidence: 0,
    right: 0,
  }));
  for (const { confidence, right } of answers(probabilities, labels, classes)) {
    const bin = bins[calibrationBin(confidence)];
    if (bin === undefined) continue;
    bin.images += 1;
    bin.confidence += confidence;
    bin.right += right ? 1 : 0;
  }
  return bins.map(({ images, confidence, right }, index) => ({
    low: index / calibrationBins,
    high: (index + 1) / calibrationBins,
    images,
    confidence: images === 0 ? null : confidence / images,
    accuracy: images === 0 ? null : right / images,
  }));
}

/**
 * Expected calibration error: |accuracy − confidence| of each bin, averaged over the images. 0 is best; few images
 * make it larger than it is, by what chance does to each bin.
 * @param probabilities row-major [N, classes], N ≥ 1
 * @param labels true classes, [N], each in [0, classes)
 */
export function calibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number {
  const gaps = calibrationGaps(probabilities, labels, classes);
  const totals = new Float64Array(calibrationBins);
  gaps.forEach(({ bin, gap }) => {
    totals[bin] = (totals[bin] ?? 0) + gap;
  });
  return sum(Array.from(totals, Math.abs)) / labels.length;
}

/** Each image's bin and (1 if right, else 0) − confidence, [N]: the error is Σ over bins of |Σ gaps|, by N. */
export function calibrationGaps(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): { bin: number; gap: number }[] {
  return answers(probabilities, labels, classes).map(({ confidence, right }) => ({
    bin: calibrationBin(confidence),
    gap: (right ? 1 : 0) - confidence,
  }));
}
