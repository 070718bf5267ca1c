/** How alike two maps are. */
import { midRanks } from '../../evaluation/index.js';

/** Side of the window of local statistics, in pixels, and the constants of Wang et al.; scikit-image's defaults. */
const windowSide = 7;
const [k1, k2] = [0.01, 0.03];

/** Spearman's rank correlation, ties sharing their mean rank; 0 where one of the maps is constant. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(midRanks(Array.from(a)), midRanks(Array.from(b)));
}

function pearson(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ofA, ofB] = [0, 0, 0];
  a.forEach((value, at) => {
    const [offA, offB] = [value - meanA, (b[at] ?? 0) - meanB];
    both += offA * offB;
    ofA += offA ** 2;
    ofB += offB ** 2;
  });
  return ofA === 0 || ofB === 0 ? 0 : both / Math.sqrt(ofA * ofB);
}

/**
 * Mean structural similarity (Wang et al., IEEE Trans. Image Process. 13(4), 2004) as scikit-image computes it for
 * values in [0, 1]: 1 for equal maps. Null for maps of less than 7 pixels in height or width.
 * @param a [H, W] in [0, 1]
 */
export function structuralSimilarity(
  a: Float32Array,
  b: Float32Array,
  { height, width }: { height: number; width: number },
): number | null {
  if (Math.min(height, width) < windowSide) return null;
  const pixels = windowSide ** 2;
  const [c1, c2] = [k1 ** 2, k2 ** 2];
  let [total, windows] = [0, 0];
  for (let top = 0; top + windowSide <= height; top += 1) {
    for (let left = 0; left + windowSide <= width; left += 1) {
      let [sumA, sumB, squareA, squareB, product] = [0, 0, 0, 0, 0];
      for (let row = top; row < top + windowSide; row += 1) {
        for (let at = row * width + left; at < row * width + left + windowSide; at += 1) {
          const [x, y] = [a[at] ?? 0, b[at] ?? 0];
          sumA += x;
          sumB += y;
          squareA += x * x;
          squareB += y * y;
          product += x * y;
        }
      }
      const [meanA, meanB] = [sumA / pixels, sumB / pixels];
      const varianceA = (squareA - pixels * meanA ** 2) / (pixels - 1);
      const varianceB = (squareB - pixels * meanB ** 2) / (pixels - 1);
      const covariance = (product - pixels * meanA * meanB) / (pixels - 1);
      total +=
        ((2 * meanA * meanB + c1) * (2 * covariance + c2)) /
        ((meanA ** 2 + meanB ** 2 + c1) * (varianceA + varianceB + c2));
      windows += 1;
    }
  }
  return total / windows;
}

/** Shared members as a share of all: 1 for equal sets, and for two empty ones. */
export function jaccard(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  const shared = [...a].filter((member) => b.has(member)).length;
  const all = a.size + b.size - shared;
  return all === 0 ? 1 : shared / all;
}
