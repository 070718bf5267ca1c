/** The linear model that LIME fits to a network's answers around one image (Ribeiro et al., KDD 2016). */
import { choleskyFactor } from '../../evaluation/index.js';

/** How often, and in what variations, a network answered. */
export interface Neighborhood {
  /** [samples, superpixels] 1 where a superpixel is shown; the first row shows all. */
  masks: Uint8Array;
  superpixels: number;
  /** [samples] what the network said. */
  answers: Float64Array;
}

/** The linear model that LIME puts in the place of the network near one image. */
export interface Surrogate {
  /** The answer where all superpixels of the model are hidden. */
  intercept: number;
  /** Superpixels with their weights, the largest absolute weight first. */
  weights: { superpixel: number; weight: number }[];
  /** Weighted R² of the answers; null where the network always answers the same. */
  score: number | null;
  /** The linear model's own answer for the whole image. */
  localPrediction: number;
}

/** Of the exponential kernel over cosine distances; lime's default. */
const kernelWidth = 0.25;
/** Ridge penalties of lime: of the model, and of the one that ranks superpixels where many are kept. */
const penalty = 1;
const rankingPenalty = 0.01;
/** Answers that vary by less are the same but for the rounding of float32. */
const roundingDeviation = 1e-7;
/** Up to this many superpixels are chosen one by one, each the one that helps most; lime's `auto`. */
const forwardLimit = 6;

/**
 * Weighted ridge regression of the answers on what was shown, as lime's `explain_instance_with_data` fits it.
 * @param features superpixels that the model may have
 */
export function fitSurrogate(neighborhood: Neighborhood, features: number): Surrogate {
  const moments = weightedMoments(neighborhood);
  const wanted = Math.min(features, neighborhood.superpixels);
  const chosen =
    wanted <= forwardLimit ? forwardSelection(moments, wanted) : highestWeights(moments, wanted);
  const coefficients = ridge(moments, chosen, penalty);
  const shift = chosen.reduce(
    (sum, feature, at) => sum + (coefficients[at] ?? 0) * (moments.means[feature] ?? 0),
    0,
  );
  const intercept = moments.meanAnswer - shift;
  const weights = chosen.map((superpixel, at) => ({ superpixel, weight: coefficients[at] ?? 0 }));
  return {
    intercept,
    weights: weights.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)),
    score: explained(moments, chosen, coefficients),
    localPrediction: coefficients.reduce((sum, weight) => sum + weight, intercept),
  };
}

/** Weight of each sample: near 1 where nearly all is shown, 0.0003 where nothing is. */
function sampleWeights({ masks, superpixels }: Neighborhood): Float64Array {
  return Float64Array.from({ length: masks.length / superpixels }, (_, row) => {
    const mask = masks.subarray(row * superpixels, (row + 1) * superpixels);
    const shown = mask.reduce((sum, value) => sum + value, 0);
    const cosineDistance = 1 - Math.sqrt(shown / superpixels);
    return Math.sqrt(Math.exp(-(cosineDistance ** 2) / kernelWidth ** 2));
  });
}

/** All that least squares needs to know: weighted sums around weighted means. */
interface Moments {
  features: number;
  /** [features] */
  means: Float64Array;
  meanAnswer: number;
  /** [features, features] */
  products: Float64Array;
  /** [features] each feature with the answers. */
  withAnswers: Float64Array;
  /** Of the answers around their mean. */
  answers: number;
}

function weightedMoments(neighborhood: Neighborhood): Moments {
  const { masks, superpixels: features, answers } = neighborhood;
  const weights = sampleWeights(neighborhood);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const means = new Float64Array(features);
  const products = new Float64Array(features ** 2);
  const withAnswers = new Float64Array(features);
  const meanAnswer = answers.reduce((sum, y, row) => sum + (weights[row] ?? 0) * y, 0) / total;
  masks.forEach((shown, at) => {
    const feature = at % features;
    const weight = weights[Math.floor(at / features)] ?? 0;
    means[feature] = (means[feature] ?? 0) + (weight * shown) / total;
  });
  const centered = new Float64Array(features);
  let spread = 0;
  answers.forEach((answer, row) => {
    const weight = weights[row] ?? 0;
    const off = answer - meanAnswer;
    spread += weight * off ** 2;
    means.forEach((mean, i) => (centered[i] = (masks[row * features + i] ?? 0) - mean));
    for (let i = 0; i < features; i += 1) {
      const weighted = weight * (centered[i] ?? 0);
      withAnswers[i] = (withAnswers[i] ?? 0) + weighted * off;
      for (let j = 0; j < features; j += 1) {
        const at = i * features + j;
        products[at] = (products[at] ?? 0) + weighted * (centered[j] ?? 0);
      }
    }
  });
  const varies = spread > total * roundingDeviation ** 2;
  return { features, means, meanAnswer, products, withAnswers, answers: varies ? spread : 0 };
}

/** Coefficients of the chosen features; NaN where they depend on each other and no penalty helps. */
function ridge(moments: Moments, chosen: readonly number[], alpha: number): Float64Array {
  const size = chosen.length;
  const matrix = new Float64Array(size ** 2);
  chosen.forEach((i, row) => {
    chosen.forEach((j, column) => {
      const product = moments.products[i * moments.features + j] ?? 0;
      matrix[row * size + column] = product + (row === column ? alpha : 0);
    });
  });
  const right = chosen.map((feature) => moments.withAnswers[feature] ?? 0);
  return solve(choleskyFactor(matrix, size), right);
}

/** x of L·Lᵀ·x = right. @param factor rows of L one after another, as `choleskyFactor` lays them out */
function solve(factor: Float64Array, right: readonly number[]): Float64Array {
  const at = (row: number, column: number): number => factor[(row * (row + 1)) / 2 + column] ?? 0;
  const x = Float64Array.from(right);
  for (let row = 0; row < x.length; row += 1) {
    for (let k = 0; k < row; k += 1) x[row] = (x[row] ?? 0) - at(row, k) * (x[k] ?? 0);
    x[row] = (x[row] ?? 0) / at(row, row);
  }
  for (let row = x.length - 1; row >= 0; row -= 1) {
    for (let k = row + 1; k < x.length; k += 1) x[row] = (x[row] ?? 0) - at(k, row) * (x[k] ?? 0);
    x[row] = (x[row] ?? 0) / at(row, row);
  }
  return x;
}

/** R² on the samples themselves. */
function explained(
  moments: Moments,
  chosen: readonly number[],
  coefficients: Float64Array,
): number | null {
  if (moments.answers === 0) return null;
  let residual = moments.answers;
  chosen.forEach((i, row) => {
    const own = coefficients[row] ?? 0;
    residual -= 2 * own * (moments.withAnswers[i] ?? 0);
    chosen.forEach((j, column) => {
      residual +=
        own * (coefficients[column] ?? 0) * (moments.products[i * moments.features + j] ?? 0);
    });
  });
  return 1 - residual / moments.answers;
}

/** One by one the feature with which unpenalized least squares explains most; of equal ones the first. */
function forwardSelection(moments: Moments, wanted: number): number[] {
  const chosen: number[] = [];
  while (chosen.length < wanted) {
    let [best, most] = [-1, -Infinity];
    for (let feature = 0; feature < moments.features; feature += 1) {
      if (chosen.includes(feature)) continue;
      const candidate = [...chosen, feature];
      const score = explained(moments, candidate, ridge(moments, candidate, 0)) ?? 0;
      // Features that say the same as others have a score of NaN: they are taken where nothing else is left.
      if (best === -1 || score > most)
        [best, most] = [feature, Number.isNaN(score) ? -Infinity : score];
    }
    chosen.push(best);
  }
  return chosen;
}

/** The features of the largest absolute weights where all are in the model. */
function highestWeights(moments: Moments, wanted: number): number[] {
  const all = Array.from({ length: moments.features }, (_, feature) => feature);
  const weights = ridge(moments, all, rankingPenalty);
  const size = (feature: number): number => Math.abs(weights[feature] ?? 0);
  return all.sort((a, b) => size(b) - size(a)).slice(0, wanted);
}
