/** How the probability of one class is spread over the images of each class. */
import { histogram } from '../curvesOfPredictions.js';
import { shorten, type Chart } from './chart.js';
import { histogramRows } from './histogramRows.js';

export interface ScoreGroup {
  /** Which images: a class, or `other classes`. */
  name: string;
  /** The class's probability of each image, in [0, 1]. */
  scores: readonly number[];
}

const bins = 20;

/**
 * One row per group, each with its own axis of counts.
 * @param score the class whose probability it is
 * @param threshold of the operating point: a vertical line marks it
 */
export function scoreHistogramChart(
  score: string,
  groups: readonly ScoreGroup[],
  threshold: number | null,
): Chart {
  const shown = shorten(score, 30);
  return {
    name: 'score_histogram',
    title: `Probability of ${score}, as counts in ${bins} bins, for ${groups.map(({ name }) => name).join(' and ')}`,
    spec: (ink) =>
      histogramRows(
        groups.map(({ name, scores }) => ({
          title: `${shorten(name, 24)} (${scores.length} images)`,
          bins: histogram(scores, bins),
          bar: { color: ink.series[0], binSpacing: 1 },
        })),
        {
          title: `Probability of ${shown}`,
          axis: { values: [0, 0.2, 0.4, 0.6, 0.8, 1], format: '.1f' },
          scale: { domain: [0, 1], nice: false },
          marked: threshold,
        },
        340,
        ink,
      ),
  };
}
