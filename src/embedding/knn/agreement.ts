/** How far two classifiers give the same answers to the same images. */
import {
  confusionMatrix,
  mcnemarTest,
  rateEstimate,
  type Estimate,
  type McNemarTest,
} from '../../evaluation/index.js';
import { invalidArgument } from '../../native/index.js';

/** A is the network, B the vote of the neighbors. */
export interface Agreement {
  /** Share of images with the same answer, with Wilson's 95% interval. */
  equal: Estimate;
  /**
   * Cohen's kappa (Educ. Psychol. Meas. 20, 37, 1960): agreement beyond that of chance, at most 1. Null where both give
   * one answer to all images.
   */
  kappa: number | null;
  bothRight: number;
  onlyNetwork: number;
  onlyNeighbors: number;
  bothWrong: number;
  /** Whether one is right more often than the other. */
  mcnemar: McNemarTest;
}

/**
 * @param truth true classes, [N], at least one
 * @param network answers of the network, [N]
 * @param neighbors answers of the neighbors, [N]
 * @throws RoentgenError ERR_INVALID_ARGUMENT without images
 */
export function agreement(
  truth: readonly number[],
  network: readonly number[],
  neighbors: readonly number[],
  classes: number,
): Agreement {
  const count = truth.length;
  const rightness = (networkRight: boolean, neighborsRight: boolean): number =>
    truth.filter(
      (label, at) =>
        (network[at] === label) === networkRight && (neighbors[at] === label) === neighborsRight,
    ).length;
  const [onlyNetwork, onlyNeighbors] = [rightness(true, false), rightness(false, true)];
  const equal = network.filter((answer, at) => answer === neighbors[at]).length;
  const estimate = rateEstimate(equal, count);
  if (estimate === null) throw invalidArgument('truth', 'at least one image', 'none');
  return {
    equal: estimate,
    kappa: cohensKappa(confusionMatrix(network, neighbors, classes)),
    bothRight: rightness(true, true),
    onlyNetwork,
    onlyNeighbors,
    bothWrong: rightness(false, false),
    mcnemar: mcnemarTest(onlyNetwork, onlyNeighbors),
  };
}

/** @param matrix counts [answer of A][answer of B] */
function cohensKappa(matrix: readonly (readonly number[])[]): number | null {
  const total = matrix.flat().reduce((sum, count) => sum + count, 0);
  let [observed, expected] = [0, 0];
  matrix.forEach((row, index) => {
    observed += (row[index] ?? 0) / total;
    const ofA = row.reduce((sum, count) => sum + count, 0);
    const ofB = matrix.reduce((sum, other) => sum + (other[index] ?? 0), 0);
    expected += (ofA * ofB) / total ** 2;
  });
  return expected === 1 ? null : (observed - expected) / (1 - expected);
}
