/** All figures of images that count several times or not at all, from what is computed once: the bootstrap's inner loop. */
import { largestInRows } from '../arrays.js';
import { calibrationBins, calibrationGaps } from '../metrics/calibrationError.js';
import { brierTerms } from '../metrics/probabilityScores.js';
import { oneAgainstRest, type ClassAgainstRest } from '../metrics/scoreRanking.js';

export const drawnOverall = [
  'accuracy',
  'balancedAccuracy',
  'mcc',
  'auroc',
  'averagePrecision',
  'brier',
  'ece',
  'f1',
  'macroPrecision',
  'macroRecall',
  'macroF1',
  'weightedPrecision',
  'weightedF1',
] as const;
export type DrawnOverall = (typeof drawnOverall)[number];

export const drawnPerClass = [
  'f1',
  'balancedAccuracy',
  'mcc',
  'auroc',
  'averagePrecision',
] as const;
export type DrawnPerClass = (typeof drawnPerClass)[number];

export interface WeightedInput {
  /** Row-major [N, classes]. */
  probabilities: ArrayLike<number>;
  /** True classes, [N]. */
  labels: ArrayLike<number>;
  classes: number;
  /** The positive of two classes, whose AUROC, average precision and F1 stand for all; null: macro averages do. */
  positive: number | null;
}

/** Images by falling score, as 2 × image + (1 if of the class); `ends` is 1 where the next score is smaller. */
interface Ranking {
  order: Int32Array;
  ends: Uint8Array;
}

/** Positions in what `evaluate` writes: the overall figures, then those of each class. */
const overallAt = positions(drawnOverall);
const classAt = positions(drawnPerClass);

function positions<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, number>;
}

export class WeightedFigures {
  /** Figures that `evaluate` writes. */
  readonly size: number;
  readonly #classes: number;
  readonly #positive: number | null;
  /** True class × classes + predicted class, [N]. */
  readonly #cells: Int32Array;
  readonly #brierTerms: Float64Array;
  readonly #bins: Int32Array;
  readonly #gaps: Float64Array;
  readonly #rankings: readonly Ranking[];
  /** Scratch space: nothing is allocated from draw to draw. */
  readonly #counts: Float64Array;
  readonly #binTotals = new Float64Array(calibrationBins);

  constructor({ probabilities, labels, classes, positive }: WeightedInput) {
    this.size = drawnOverall.length + classes * drawnPerClass.length;
    this.#classes = classes;
    this.#positive = positive;
    const predicted = largestInRows(probabilities, classes);
    this.#cells = Int32Array.from(
      predicted,
      (answer, image) => (labels[image] ?? 0) * classes + answer,
    );
    this.#brierTerms = Float64Array.from(brierTerms(probabilities, labels, classes));
    const gaps = calibrationGaps(probabilities, labels, classes);
    this.#bins = Int32Array.from(gaps, ({ bin }) => bin);
    this.#gaps = Float64Array.from(gaps, ({ gap }) => gap);
    this.#rankings = oneAgainstRest(probabilities, labels, classes).map(rank);
    this.#counts = new Float64Array(classes * classes);
  }

  /** Where `evaluate` writes a figure of all classes. */
  overallIndex(figure: DrawnOverall): number {
    return overallAt[figure];
  }

  /** Where `evaluate` writes a figure of one class. */
  classIndex(index: number, figure: DrawnPerClass): number {
    return drawnOverall.length + index * drawnPerClass.length + classAt[figure];
  }

  /**
   * Writes every figure of the images, each counted `weights[image]` times, to `out`; NaN where one is undefined. As
   * in the report, a 0/0 in an average of precision, recall or F1 counts as 0.
   */
  evaluate(weights: Int32Array, out: Float64Array): void {
    const total = this.#tally(weights, out);
    this.#rankings.forEach((ranking, index) => {
      this.#fromRanking(ranking, weights, out, index);
    });
    this.#fromCounts(total, out);
    for (const figure of ['auroc', 'averagePrecision'] as const) {
      out[overallAt[figure]] = this.#overall(figure, out);
    }
    out[overallAt.f1] =
      this.#positive === null ? (out[overallAt.macroF1] ?? NaN) : this.#overall('f1', out);
  }

  /** The confusion matrix, the Brier score and the calibration error; returns the sum of the weights. */
  #tally(weights: Int32Array, out: Float64Array): number {
    const [counts, bins] = [this.#counts.fill(0), this.#binTotals.fill(0)];
    let [total, brier] = [0, 0];
    for (let image = 0; image < weights.length; image += 1) {
      const weight = weights[image] ?? 0;
      if (weight === 0) continue;
      const cell = this.#cells[image] ?? 0;
      const bin = this.#bins[image] ?? 0;
      counts[cell] = (counts[cell] ?? 0) + weight;
      bins[bin] = (bins[bin] ?? 0) + weight * (this.#gaps[image] ?? 0);
      brier += weight * (this.#brierTerms[image] ?? 0);
      total += weight;
    }
    out[overallAt.brier] = brier / total;
    let gap = 0;
    for (const binTotal of bins) gap += Math.abs(binTotal);
    out[overallAt.ece] = gap / total;
    return total;
  }

  /** Areas under one class's ROC and precision-recall curves, in one pass from the largest score down. */
  #fromRanking(
    { order, ends }: Ranking,
    weights: Int32Array,
    out: Float64Array,
    index: number,
  ): void {
    let [found, alarms, tiedFound, tiedAlarms, area, precisions] = [0, 0, 0, 0, 0, 0];
    for (let at = 0; at < order.length; at += 1) {
      const entry = order[at] ?? 0;
      const weight = weights[entry >> 1] ?? 0;
      if ((entry & 1) === 1) tiedFound += weight;
      else tiedAlarms += weight;
      if (ends[at] === 0) continue;
      area += tiedAlarms * (found + tiedFound / 2);
      found += tiedFound;
      alarms += tiedAlarms;
      if (tiedFound > 0) precisions += (tiedFound * found) / (found + alarms);
      tiedFound = 0;
      tiedAlarms = 0;
    }
    out[this.classIndex(index, 'auroc')] = area / (found * alarms);
    out[this.classIndex(index, 'averagePrecision')] = precisions / found;
  }

  #fromCounts(total: number, out: Float64Array): void {
    const [classes, counts] = [this.#classes, this.#counts];
    let [right, recalls, products, supportSquares, claimSquares] = [0, 0, 0, 0, 0];
    let [macroPrecision, macroRecall, macroF1, weightedPrecision, weightedF1] = [0, 0, 0, 0, 0];
    for (let index = 0; index < classes; index += 1) {
      const hits = counts[index * classes + index] ?? 0;
      let [support, claims] = [0, 0];
      for (let other = 0; other < classes; other += 1) {
        support += counts[index * classes + other] ?? 0;
        claims += counts[other * classes + index] ?? 0;
      }
      const recall = hits / support;
      const f1 = (2 * hits) / (support + claims);
      const specificity = (total - support - claims + hits) / (total - support);
      const spread = Math.sqrt(support * claims * (total - support) * (total - claims));
      out[this.classIndex(index, 'f1')] = f1;
      out[this.classIndex(index, 'balancedAccuracy')] = (recall + specificity) / 2;
      out[this.classIndex(index, 'mcc')] = (hits * total - support * claims) / spread;

      right += hits;
      recalls += recall;
      products += support * claims;
      supportSquares += support ** 2;
      claimSquares += claims ** 2;
      const precision = claims === 0 ? 0 : hits / claims;
      macroPrecision += precision;
      macroRecall += support === 0 ? 0 : recall;
      weightedPrecision += precision * support;
      const countedF1 = support + claims === 0 ? 0 : f1;
      macroF1 += countedF1;
      weightedF1 += countedF1 * support;
    }
    const spread = Math.sqrt((total ** 2 - supportSquares) * (total ** 2 - claimSquares));
    out[overallAt.accuracy] = right / total;
    out[overallAt.balancedAccuracy] = recalls / classes;
    out[overallAt.mcc] = (right * total - products) / spread;
    out[overallAt.macroPrecision] = macroPrecision / classes;
    out[overallAt.macroRecall] = macroRecall / classes;
    out[overallAt.macroF1] = macroF1 / classes;
    out[overallAt.weightedPrecision] = weightedPrecision / total;
    out[overallAt.weightedF1] = weightedF1 / total;
  }

  /** The positive class's figure, or the macro average, from the classes' own. */
  #overall(figure: DrawnPerClass, out: Float64Array): number {
    if (this.#positive !== null) return out[this.classIndex(this.#positive, figure)] ?? NaN;
    let total = 0;
    for (let index = 0; index < this.#classes; index += 1) {
      total += out[this.classIndex(index, figure)] ?? NaN;
    }
    return total / this.#classes;
  }
}

function rank({ scores, positives }: ClassAgainstRest): Ranking {
  const images = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  return {
    order: Int32Array.from(images, (image) => 2 * image + (positives[image] === true ? 1 : 0)),
    ends: Uint8Array.from(images, (image, at) => {
      const next = images[at + 1];
      return next === undefined || scores[next] !== scores[image] ? 1 : 0;
    }),
  };
}
