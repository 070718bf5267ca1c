/** How well an autoencoder restores its images: the distribution of the error per image. */
import { RoentgenError, invalidArgument } from '../../native/index.js';
import { quantile, sum } from '../arrays.js';

const quantileLevels = { p5: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 } as const;

/** Mean squared errors, in the units of the normalized pixels squared. */
export interface ReconstructionMetrics {
  samples: number;
  mean: number;
  /** Population standard deviation, as NumPy's default. */
  std: number;
  min: number;
  max: number;
  /** Interpolated linearly between the two nearest images, as NumPy's default. */
  quantiles: Record<keyof typeof quantileLevels, number>;
}

/**
 * Summarizes each image's mean squared error.
 * @param errors one per image, [N], N ≥ 1
 * @throws RoentgenError ERR_INVALID_ARGUMENT without images, ERR_DIVERGED for an error that is not finite
 */
export function reconstructionMetrics(errors: Float32Array): ReconstructionMetrics {
  const sorted = Array.from(errors).sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) {
    throw invalidArgument('errors', 'the error of at least one image', 'none');
  }
  const broken = errors.findIndex((error) => !Number.isFinite(error));
  if (broken !== -1) {
    throw new RoentgenError(
      'ERR_DIVERGED',
      `The reconstruction error of image ${broken} is not a finite number: ` +
        'take an earlier checkpoint, or train again with a lower learning rate',
    );
  }
  const mean = sum(sorted) / sorted.length;
  const variance = sum(sorted.map((error) => (error - mean) ** 2)) / sorted.length;
  return {
    samples: sorted.length,
    mean,
    std: Math.sqrt(variance),
    min,
    max,
    quantiles: {
      p5: quantile(sorted, quantileLevels.p5),
      p25: quantile(sorted, quantileLevels.p25),
      p50: quantile(sorted, quantileLevels.p50),
      p75: quantile(sorted, quantileLevels.p75),
      p95: quantile(sorted, quantileLevels.p95),
    },
  };
}
