/** How often a model is right on images without labels, told from how sure it is. */
import {
  bootstrapIntervals,
  groupImages,
  largestInRows,
  rowsOf,
  type Estimate,
} from '../evaluation/index.js';

/** Probabilities of images, calibrated where the model can. */
export interface Answered {
  /** Row-major [N, classes], N at least 1. */
  probabilities: ArrayLike<number>;
  /** The patient of each image, [N]. */
  groups: readonly string[];
}

/** Images that the model did not learn from, with their true classes, [N]. */
export interface Validated extends Answered {
  labels: ArrayLike<number>;
}

/** How accurate a model is on unlabeled images, as two methods estimate it. */
export interface AccuracyEstimates {
  /** Accuracy on the labeled images. */
  source: number;
  /** Garg et al., "Leveraging unlabeled data to predict out-of-distribution performance" (ICLR 2022). */
  atc: Estimate;
  /** Guillory et al., "Predicting with confidence on unseen distributions" (ICCV 2021). */
  doc: Estimate;
  /** Images whose probability for their class is lower are counted as wrong by ATC; above 1 where all are. */
  threshold: number;
}

/** Everything that the estimates are made of; every image counts as often as its weight says. */
interface Material {
  /** Largest probability of each image, the source's before the target's. */
  confidence: readonly number[];
  /** Of the source's images. */
  right: readonly boolean[];
  /** The source's images, the least sure first. */
  order: readonly number[];
}

/**
 * Average thresholded confidence: the threshold below which the share of labeled images equals the share of errors, and
 * the share of the others above it. Difference of confidences: the labeled accuracy less what the mean confidence
 * loses. Intervals of 95% by a bootstrap of the patients of both.
 * @throws RoentgenError ERR_INVALID_ARGUMENT for a seed out of range
 */
export function estimateAccuracy(
  source: Validated,
  target: Answered,
  classes: number,
  { draws, seed }: { draws: number; seed: number },
): AccuracyEstimates {
  const answers = largestInRows(source.probabilities, classes);
  const confidence = [source, target].flatMap(({ probabilities }) =>
    rowsOf(probabilities, classes).map((row) => Math.max(...row)),
  );
  const right = answers.map((answer, image) => answer === source.labels[image]);
  const order = [...right.keys()].sort((a, b) => (confidence[a] ?? 0) - (confidence[b] ?? 0));
  const material = { confidence, right, order };
  const groups = groupImages(confidence.length, [
    ...source.groups.map((group) => `source ${group}`),
    ...target.groups.map((group) => `target ${group}`),
  ]);
  const [atc, doc] = bootstrapIntervals(
    groups,
    2,
    (weights, out) => {
      const drawn = estimate(material, weights);
      out.set([drawn.atc, drawn.doc]);
    },
    { draws, seed },
  );
  const whole = estimate(material, new Int32Array(confidence.length).fill(1));
  return {
    source: right.filter(Boolean).length / right.length,
    atc: withInterval(whole.atc, atc),
    doc: withInterval(whole.doc, doc),
    threshold: Math.min(whole.threshold, 1 + Number.EPSILON),
  };
}

function withInterval(value: number, ends: readonly [number, number] | null | undefined): Estimate {
  const [low, high] = ends ?? [0, 1];
  return { value, low: Math.max(0, low), high: Math.min(1, high), method: 'bootstrap' };
}

function estimate(
  { confidence, right, order }: Material,
  weights: Int32Array,
): { atc: number; doc: number; threshold: number } {
  const source = { images: 0, right: 0, confidence: 0 };
  const target = { images: 0, confidence: 0 };
  confidence.forEach((own, image) => {
    const weight = weights[image] ?? 0;
    const side = image < right.length ? source : target;
    side.images += weight;
    side.confidence += weight * own;
    if (right[image] === true) source.right += weight;
  });
  const threshold = thresholdFor(source.images - source.right, confidence, order, weights);
  let sure = 0;
  for (let image = right.length; image < confidence.length; image += 1) {
    if ((confidence[image] ?? 0) >= threshold) sure += weights[image] ?? 0;
  }
  const accuracy = source.right / source.images;
  const lost = source.confidence / source.images - target.confidence / target.images;
  return {
    atc: sure / target.images,
    doc: Math.min(1, Math.max(0, accuracy - lost)),
    threshold,
  };
}

function thresholdFor(
  errors: number,
  confidence: readonly number[],
  order: readonly number[],
  weights: Int32Array,
): number {
  let below = 0;
  for (const image of order) {
    if (below >= errors && (weights[image] ?? 0) > 0) return confidence[image] ?? 0;
    below += weights[image] ?? 0;
  }
  return Infinity;
}
