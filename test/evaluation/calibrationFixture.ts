/** The oracle's fixture for calibration, typed, and draws from distributions that tests know the truth of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Fixture {
  temperature: {
    classes: number;
    logits: number[];
    labels: number[];
    temperature: number;
    calibrated: number[];
  }[];
  youden: {
    scores: number[];
    labels: number[];
    sensitivity: number;
    specificity: number;
    /** Sensitivity and specificity at each of scikit-learn's thresholds. */
    points: [sensitivity: number, specificity: number][];
  }[];
  covariance: {
    dimensions: number;
    samples: number[];
    covariance: number[];
    shrinkage: number;
    vector: number[];
    distance: number;
  }[];
  conformal: {
    alpha: number;
    scores: number[];
    rank: number;
    quantile: number | null;
    meanCoverage: number;
    coverageDeviation: number | null;
  }[];
}

const file = join(__dirname, '../../../test/fixtures/evaluation/calibration.json');
export const calibrationFixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;

/** A standard normal number of two uniform ones (Box and Muller). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Labels and the exact posterior of two normal classes of deviation 1, `distance` apart. */
export function drawTwoClasses(
  random: () => number,
  {
    count,
    positives,
    prior,
    distance,
  }: Record<'count' | 'positives' | 'prior' | 'distance', number>,
): { labels: number[]; probabilities: number[] } {
  const labels = Array.from({ length: count }, () => (random() < positives ? 1 : 0));
  const probabilities = labels.flatMap((label) => {
    const x = normal(random) + (label === 1 ? distance / 2 : -distance / 2);
    const positive = 1 / (1 + ((1 - prior) / prior) * Math.exp(-distance * x));
    return [1 - positive, positive];
  });
  return { labels, probabilities };
}
